package dev.gantry.engine.plugin.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of vendors, right and wrong.
class CdiDevicesTest {
    private static final String GPU = """
            cdiVersion: "0.6.0"
            kind: vendor.com/gpu
            containerEdits:
              env: [COMMON=1]
              mounts:
                - {hostPath: /usr/lib/gpu, containerPath: /usr/lib/gpu, options: [ro, nosuid]}
            devices:
              - name: "0"
                containerEdits:
                  deviceNodes:
                    - {path: /dev/gpu0, major: 195, minor: 0, type: c, fileMode: 438, permissions: rw, gid: 44}
              - name: "1"
                containerEdits:
                  env: ["GPU=1"]
                  deviceNodes: [{path: /dev/gpu, hostPath: /dev/gpu1}]
              - name: hooked
                containerEdits:
                  hooks: [{hookName: createContainer, path: /bin/true}]
            """;

    @TempDir
    Path dir;

    private CdiDevices read() {
        return CdiDevices.read(List.of(dir.resolve("etc"), dir.resolve("run"), dir.resolve("absent")));
    }

    private void file(String name, String content) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static List<CdiName> names(String... names) {
        return Stream.of(names).map(CdiName::parse).toList();
    }

    @Test
    void devicesAndWhatTheyShareBecomeEdits() throws IOException {
        file("etc/gpu.yaml", GPU);
        assertThat(read().names()).containsExactly("vendor.com/gpu=0", "vendor.com/gpu=1", "vendor.com/gpu=hooked");
        CdiEdits edits = read().resolve(names("vendor.com/gpu=0", "vendor.com/gpu=1", "vendor.com/gpu=0"));
        assertThat(edits.env()).containsExactly("COMMON=1", "GPU=1");
        assertThat(edits.mounts())
                .containsExactly(new CdiEdits.Mount("/usr/lib/gpu", "/usr/lib/gpu", "", List.of("ro", "nosuid")));
        assertThat(edits.deviceNodes())
                .containsExactly(
                        new CdiEdits.DeviceNode(
                                "/dev/gpu0",
                                "/dev/gpu0",
                                "c",
                                Optional.of(195L),
                                Optional.of(0L),
                                Optional.of(0666),
                                "rw",
                                Optional.empty(),
                                Optional.of(44L)),
                        new CdiEdits.DeviceNode(
                                "/dev/gpu",
                                "/dev/gpu1",
                                "",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                "rwm",
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void theLaterDirectoryWinsAndTwoOfOneAreNobodys() throws IOException {
        String json = "{\"cdiVersion\":\"1.0.0\",\"kind\":\"v.com/x\",\"devices\":[{\"name\":\"a\",\"containerEdits\":"
                + "{\"env\":[\"FROM=%s\"],\"additionalGids\":[7]}}]}";
        file("etc/a.json", json.formatted("etc"));
        assertThat(read().resolve(names("v.com/x=a")).additionalGids()).containsExactly(7L);
        file("run/a.json", json.formatted("run"));
        assertThat(read().resolve(names("v.com/x=a")).env()).containsExactly("FROM=run");
        file("run/b.json", json.formatted("again"));
        assertThatThrownBy(() -> read().resolve(names("v.com/x=a"))).hasMessageContaining("two files of one directory");
    }

    @Test
    void whatIsNotThereIsNamedAllAtOnce() throws IOException {
        file("etc/gpu.yaml", GPU);
        file("etc/wrong.yaml", "kind: [");
        assertThatThrownBy(() -> read().resolve(names("vendor.com/gpu=0", "vendor.com/gpu=9", "v.com/x=a")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("unresolvable CDI devices vendor.com/gpu=9, v.com/x=a")
                .hasMessageContaining("wrong.yaml");
    }

    @Test
    void hooksAreRefusedInWords() throws IOException {
        file("etc/gpu.yaml", GPU);
        assertThatThrownBy(() -> read().resolve(names("vendor.com/gpu=hooked")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("use CDI device vendor.com/gpu=hooked: its specification asks for hooks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "v.com/gpu", "v.com/gpu=", "/x=a", "v.com/=a", "v.com/x=../a", "v.com/x=a b"})
    void aNameIsFull(String name) {
        assertThatThrownBy(() -> CdiName.parse(name)).isInstanceOf(InvalidArgument.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "5",
                "a: &a [*a]",
                "kind: v.com/x",
                "{cdiVersion: 9.9.9, kind: v.com/x, devices: [{name: a}]}",
                "{cdiVersion: 0.6.0, kind: x, devices: [{name: a}]}",
                "{cdiVersion: 0.6.0, kind: v.com/x, devices: []}",
                "{cdiVersion: 0.6.0, kind: v.com/x, devices: [{name: ../a}]}",
                "{cdiVersion: 0.6.0, kind: v.com/x, devices: [{name: a}, {name: a}]}",
                "{cdiVersion: 0.6.0, kind: v.com/x, devices: {name: a}}",
                "!!javax.script.ScriptEngineManager [x]"
            })
    void aWrongFileIsToldAndLeftOut(String document) throws IOException {
        file("etc/good.yaml", GPU);
        file("etc/wrong.yaml", document);
        CdiDevices devices = read();
        assertThat(devices.problems()).hasSize(1).allMatch(p -> p.startsWith("read " + dir.resolve("etc/wrong.yaml")));
        assertThat(devices.names()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deviceNodes: [{path: dev/x}]",
                "deviceNodes: [{path: /dev/../x}]",
                "deviceNodes: [{path: /dev/x, major: -1}]",
                "deviceNodes: [{path: /dev/x, type: z}]",
                "deviceNodes: [{path: /dev/x, permissions: rwx}]",
                "deviceNodes: [{path: /dev/x, fileMode: 99999}]",
                "deviceNodes: [{path: /dev/x, uid: many}]",
                "mounts: [{hostPath: /a}]",
                "mounts: [{hostPath: /a, containerPath: /b, options: ro}]",
                "env: [noequals]",
                "env: {A: b}",
                "additionalGids: [-1]",
                "intelRdt: {closID: a}"
            })
    void wrongEditsAreRefused(String edits) throws IOException {
        file(
                "etc/x.yaml",
                "cdiVersion: 0.6.0\nkind: v.com/x\ndevices:\n- name: a\n  containerEdits:\n    " + edits + "\n");
        assertThatThrownBy(() -> read().resolve(names("v.com/x=a"))).isInstanceOf(GantryException.class);
    }
}
