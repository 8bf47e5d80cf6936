# Sourced by ./check: kernel tests on Debian's kernel, in an emulated machine that has this host's files. For what the
# kernel at hand cannot do. POSIX sh.
classes=${VM_TESTS:-dev.gantry.network.driver.EncryptedOverlayKernelTest}
module=gantry-network
vm=$PWD/target/vm
for tool in qemu-system-x86_64 busybox cpio dpkg-deb apt-get; do
    command -v $tool >/dev/null || die "no machine is made: $tool is missing: on Debian: apt-get install qemu-system-x86 busybox-static cpio"
done
mkdir -p "$vm"
if [ ! -d "$vm/kernel/boot" ]; then
    package=$(apt-cache depends linux-image-amd64 | awk '/Depends:/ {print $2; exit}')
    (cd "$vm" && apt-get -q download "$package" >/dev/null 2>&1) || die "no machine is made: the package ${package:-linux-image-amd64} is not to be had: apt-get update"
    dpkg-deb -x "$vm"/linux-image-*.deb "$vm/kernel"
    rm "$vm"/linux-image-*.deb
fi
version=$(ls "$vm/kernel/lib/modules")
modules=$vm/kernel/lib/modules/$version
[ -s "$modules/modules.dep" ] || busybox depmod -b "$vm/kernel" "$version"

# What is needed before the host's files can be read; the rest the kernel loads by itself from there.
root=$vm/root
rm -rf "$root"
for d in bin modules proc sys dev; do mkdir -p "$root/$d"; done
cp "$(command -v busybox)" "$root/bin/busybox"
cp scripts/vm/init "$root/init"
add_module() {
    line=$(grep -E "/$1\.ko:" "$modules/modules.dep")
    for dep in $(echo "${line#*:}" | tr ' ' '\n' | tac) "${line%%:*}"; do
        grep -qxF "$(basename "$dep")" "$root/modules/order" && continue
        cp "$modules/$dep" "$root/modules/"
        basename "$dep" >>"$root/modules/order"
    done
}
: >"$root/modules/order"
for m in virtio_pci 9pnet_virtio 9p overlay; do add_module $m; done
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1 >"$vm/initrd")

say "build"
run_maven -q -pl $module -am test -Dtest='EncryptionPlanTest' -Dsurefire.failIfNoSpecifiedTests=false
path=$(sed -n 's/.*name="surefire.test.class.path" value="\([^"]*\)".*/\1/p' $module/target/surefire-reports/TEST-dev.gantry.network.encryption.EncryptionPlanTest.xml)
platform=$(echo "$path" | tr : '\n' | sed -n 's#\(.*/junit-platform-\)engine/\(.*\)/.*#\1launcher/\2/junit-platform-launcher-\2.jar#p')
path=$path:$platform
mkdir -p "$vm/classes"
"$JAVA_HOME/bin/javac" -cp "$path" -d "$vm/classes" scripts/vm/RunTests.java
cat >"$vm/run.sh" <<END
cd $PWD/$module
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
$JAVA_HOME/bin/java -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp $vm/classes:$path RunTests $classes 2>&1
END
say "a machine with Linux $version; emulated, it takes minutes"
timeout 1200 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 3G -smp 2 -nodefaults -display none -monitor none \
    -serial file:"$vm/console" -no-reboot -kernel "$vm/kernel/boot/vmlinuz-$version" -initrd "$vm/initrd" \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -append "console=ttyS0 quiet panic=-1 vm.modules=$vm/kernel/lib/modules vm.run=$vm/run.sh" || true
grep -aE '^(SUCCESSFUL|FAILED|ABORTED|==)' "$vm/console" || die "the machine did not come so far: see $vm/console"
grep -qa '^== green' "$vm/console"
