#!/bin/bash
# Captures the DMA of a PAPR guest with stock Debian packages: boots a ppc64el kernel in QEMU's pseries machine,
# runs a workload in it, and imports QEMU's trace log. README.md says what is needed and what comes out.
# Usage: pseries.sh WORKLOAD FOLDER; settings: WINDOW, CPU, LIMIT, TCESIM and those of fetch.sh.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
usage='usage: pseries.sh nvme|scsi|net|fio FOLDER'
workload=${1:?$usage}
folder=$(realpath -m "${2:?$usage}")
window=${WINDOW:-32bit}
limit=${LIMIT:-300}
tcesim=${TCESIM:-tcesim}
log=$folder/$workload-$window.qemu.log
console=$folder/$workload-$window.console.txt

packages=()
programs=()
case $workload in
  nvme | scsi | net) ;;
  fio) packages=(fio) programs=(usr/bin/fio) ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
case $window in
  32bit) option=disable_ddw ;; # the 1 GiB window of 4 KiB pages below 4 GiB, mapped for each I/O
  ddw) option='' ;;            # the 64-bit window that Linux asks for, all of memory mapped once
  *) echo 'pseries.sh: WINDOW is 32bit or ddw' >&2; exit 2 ;;
esac

mkdir -p "$folder"
for file in boot "${programs[@]}"; do
  [ -e "$folder/root/$file" ] || { "$here/fetch.sh" "$folder" "${packages[@]}" && break; }
done
"$here/initrd.sh" "$folder" "${programs[@]}"

truncate -s 0 "$folder/disk.img"
truncate -s 1G "$folder/disk.img"
head -c 4000000 /dev/urandom > "$folder/payload"
disk=(-drive "if=none,id=disk,format=raw,file=$folder/disk.img")
case $workload in
  nvme | fio) devices=("${disk[@]}" -device "nvme,drive=disk,serial=1") ;;
  scsi) devices=("${disk[@]}" -device megasas -device "scsi-hd,drive=disk") ;;
  net)
    forward="guestfwd=tcp:10.0.2.100:80-cmd:cat $folder/payload"
    forward+=",guestfwd=tcp:10.0.2.101:80-cmd:dd of=/dev/null"
    devices=(-netdev "user,id=net,$forward" -device "e1000e,netdev=net,romfile=")
    ;;
esac

# The capabilities are those that an emulated processor lacks. Linux asks for a 64-bit window only where memory
# may be plugged in later; `-smp 1` keeps one order of events.
start=$(date +%s)
rm -f "$log"
timeout "$limit" qemu-system-ppc64 \
  -M pseries,cap-htm=off,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off \
  -cpu "${CPU:-power9}" -smp 1 -m 2G,slots=4,maxmem=4G -nodefaults -nographic -serial stdio -no-reboot \
  -kernel "$folder/vmlinux" -initrd "$folder/initrd.gz" \
  -append "console=hvc0 workload=$workload $option" "${devices[@]}" \
  -msg timestamp=on -trace 'spapr_iommu_*' -trace pci_nvme_map_prp -trace 'pci_nvme_*_cmd' -D "$log" \
  < /dev/null > "$console" || { echo "pseries.sh: QEMU ended with code $?, see $console" >&2; exit 1; }
grep -q '^STEP .* ended with code 0' "$console" ||
  { echo "pseries.sh: the workload failed, see $console" >&2; exit 1; }
echo "guest: $(($(date +%s) - start)) s, $(wc -l < "$log") events, $(stat -c %s "$log") bytes of log"
grep '^STEP' "$console" | tr -d '\r'
grep -oE '(spapr_iommu|pci_nvme)_[a-z_]+' "$log" | sort | uniq -c | sort -rn

$tcesim trace import "$log" -o "${log%.qemu.log}.arrow"
