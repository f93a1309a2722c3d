import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { requireFreePorts } from './forwards.js';

const server = createServer();
afterEach(() => new Promise((resolve) => server.close(resolve)));

it('names the forward whose local port is taken, and the way out', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await requireFreePorts([{ port, localPort: 0 }]);
  await expect(requireFreePorts([{ port, localPort: 0 }, { port }])).rejects.toMatchObject({
    culprit: 'configuration',
    message: `portForwards[1]: port ${port} on 127.0.0.1 is taken`,
    next: expect.stringContaining('portForwards[1].localPort'),
  });
});
