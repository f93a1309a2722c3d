// @ts-check
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * Vitest reporter: appends each test that passed only on a retry to the file `NX_KUBE_TEST_RETRIED`, a line each. A
 * retry hides what is not deterministic, so `npm test` names these tests in its last lines.
 */
export default class RetriedReporter {
  /**
   * @param {{
   *   fullName: string,
   *   module: { moduleId: string },
   *   diagnostic(): { flaky: boolean } | undefined,
   * }} test
   */
  onTestCaseResult(test) {
    const file = process.env.NX_KUBE_TEST_RETRIED;
    if (!file || !test.diagnostic()?.flaky) return;
    appendFileSync(file, `${relative(process.cwd(), test.module.moduleId)} › ${test.fullName}\n`);
  }
}
