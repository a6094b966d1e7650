// A program that wants one large window, and takes a level more each time that it is refused.
import { createHost } from 'tcesim';

const host = createHost({ kernel: '6.12-64k', ram: '64G' });
for (let levels = 1; levels <= 5; levels += 1) {
  const size = { page_shift: 12, window_size: '256G', levels };
  const { results, remarks } = host.call('CREATE', size);
  console.log(`${levels}: rc ${results.rc}, ${remarks[0]}`);
  if (results.rc !== 0) continue;
  console.log(host.call('REMOVE', { start: results.start }).results);
  break;
}
