#!/bin/bash
# Builds the guest's initial RAM disk. Usage: initrd.sh FOLDER [PROGRAM...]; FOLDER is one that fetch.sh filled,
# a PROGRAM is a path in it, such as usr/bin/fio. Writes FOLDER/vmlinux and FOLDER/initrd.gz.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # depmod and modprobe, which not every user's path has

here=$(dirname "$(realpath "$0")")
folder=$(realpath "$1")
shift
root=$folder/root
tree=$folder/tree
libraries=usr/lib/powerpc64le-linux-gnu
modules=(nvme megaraid_sas sd_mod e1000e ext4 crc32c_generic)

rm -rf "$tree"
mkdir -p "$tree"/{bin,dev,etc,mnt,proc,sys,tmp,lib64,"$libraries"}
ln -s usr/lib "$tree/lib"
# Where the kernel looks for modprobe when it wants a module itself, as ext4 does.
ln -s bin "$tree/sbin"

# Kernel and modules, unpacked, so that busybox can insert them.
version=$(basename "$root"/boot/vmlinux-* | sed s/vmlinux-//)
cp "$root/boot/vmlinux-$version" "$folder/vmlinux"
[ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
depmod -b "$root" "$version"
for module in "${modules[@]}"; do
  modprobe -d "$root" -S "$version" --ignore-install --show-depends "$module"
done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r path; do
  target=$tree/usr/lib/modules/$version/$(basename "$path" .xz)
  mkdir -p "$(dirname "$target")"
  case $path in
    *.xz) unxz -c "$path" > "$target" ;;
    *) cp "$path" "$target" ;;
  esac
done
cp "$root"/lib/modules/"$version"/modules.{order,builtin,builtin.modinfo} "$tree/usr/lib/modules/$version/"
depmod -b "$tree" "$version"

# Programs, with the shared libraries that they name.
add_program() {
  local file=$1 name source
  mkdir -p "$tree/$(dirname "$file")"
  cp -L "$root/$file" "$tree/$file"
  for name in $(readelf -d "$root/$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    source=$(find "$root/$libraries" -name "$name" | head -n 1)
    [ -n "$source" ] || { echo "initrd.sh: $file needs $name, which was not fetched" >&2; exit 1; }
    [ -e "$tree/$libraries/$name" ] || add_program "${source#"$root/"}"
    # The loader looks in one folder only.
    [ -e "$tree/$libraries/$name" ] || cp -L "$source" "$tree/$libraries/$name"
  done
}
for program in usr/sbin/mke2fs "$@"; do add_program "$program"; done
cp -L "$root/$libraries/ld64.so.2" "$tree/lib64/ld64.so.2"
cp "$root/etc/mke2fs.conf" "$tree/etc/"
cp "$root/usr/bin/busybox" "$tree/bin/busybox"
install -m 755 "$here/guest/init" "$tree/init"
cp -r "$here/guest/workloads" "$tree/workloads"

(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1 > "$folder/initrd.gz")
echo "built a RAM disk of $(stat -c %s "$folder/initrd.gz") bytes for kernel $version"
