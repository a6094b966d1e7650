/** A hypervisor translates: the tables of an endpoint's windows, by LIOBN. */
import type { Hypervisor } from '../../models/pseries/hypervisor.ts';
import { permissionFor, realAddress, tcePermission } from '../../models/tce.ts';
import type { Access, Translation, Translator } from './device.ts';

export class HypervisorTranslator implements Translator {
  private readonly hypervisor: Hypervisor;
  private readonly liobns: readonly number[];

  /** `liobns` are those that the endpoint's windows may have, open or not. */
  constructor(hypervisor: Hypervisor, liobns: readonly number[]) {
    this.hypervisor = hypervisor;
    this.liobns = liobns;
  }

  translate(busAddress: bigint, access: Access): Translation {
    for (const liobn of this.liobns) {
      const table = this.hypervisor.table(liobn);
      const entry = table?.entryOf(busAddress) ?? -1;
      if (table === undefined || entry < 0) continue;
      const tce = table.tces.get(entry);
      const permission = tcePermission(tce);
      if (permission === 0) return { refused: 'the TCE has no permission bit' };
      if ((permission & permissionFor(access)) === 0) {
        return { refused: `the TCE does not allow the device to ${access}` };
      }
      const { pageShift } = table.window;
      return { real: realAddress(tce, busAddress, pageShift), pageShift };
    }
    return { refused: 'no window of the hypervisor has the address' };
  }
}
