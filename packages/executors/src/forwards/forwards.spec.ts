import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { requireFreePorts } from './forwards.js';

const server = createServer();
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('requireFreePorts', () => {
  it('a forward whose local port is taken is refused with the option to change', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await requireFreePorts([{ port, localPort: 0 }]);
    await expect(requireFreePorts([{ port, localPort: 0 }, { port }])).rejects.toMatchObject({
      culprit: 'configuration',
      message: `portForwards[1]: port ${port} on 127.0.0.1 is in use.`,
      next: expect.stringContaining('portForwards[1].localPort'),
    });
  });
});
