package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecChecksTest {
    /// A configuration without fault; the table below replaces parts of it.
    private static final String GOOD = """
            {"ociVersion":"1.2.1","hostname":"web","domainname":"lan",
             "root":{"path":"rootfs"},
             "process":{"terminal":true,"consoleSize":{"height":24,"width":80},"cwd":"/","args":["sh"],"env":["A=1"],
              "user":{"uid":1,"gid":2,"umask":18,"additionalGids":[3]},"oomScoreAdj":0,
              "capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"],
               "inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]},
              "rlimits":[{"type":"RLIMIT_CORE","soft":1,"hard":18446744073709551615}]},
             "mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","rw"]},
              {"destination":"/b","source":"/s","options":["rbind","rslave","ro"]}],
             "linux":{
              "namespaces":[{"type":"mount"},{"type":"uts"},{"type":"ipc"},{"type":"user"},{"type":"time"},
               {"type":"network","path":"/proc/1/ns/net"}],
              "uidMappings":[{"containerID":0,"hostID":1000,"size":10}],
              "gidMappings":[{"containerID":0,"hostID":1000,"size":10},{"containerID":10,"hostID":2000,"size":5}],
              "timeOffsets":{"monotonic":{"secs":1,"nanosecs":2}},
              "devices":[{"type":"c","path":"/dev/fuse","major":10,"minor":229,"fileMode":438,"uid":0,"gid":0}],
              "cgroupsPath":"gantry/x","rootfsPropagation":"rslave",
              "sysctl":{"net.core.somaxconn":"1","kernel.shmmax":"2","kernel.domainname":"3"},
              "maskedPaths":["/proc/kcore"],"readonlyPaths":["/proc/sys"],
              "resources":{"memory":{"limit":100,"swap":200,"reservation":50,"swappiness":60},
               "cpu":{"quota":50000,"period":100000,"cpus":"0-1,3"},"pids":{"limit":5},
               "devices":[{"allow":false,"access":"rwm"}],
               "hugepageLimits":[{"pageSize":"2MB","limit":1}]},
              "seccomp":{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],
               "syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",
                "args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]}]}}}
            """;

    @Test
    void aConfigurationWithoutFaultPasses() {
        assertThatCode(() -> SpecChecks.check(RuntimeSpec.parse(GOOD))).doesNotThrowAnyException();
    }

    @Test
    void soDoTheDefaults() {
        RuntimeSpec spec = DefaultSpec.builder(Hosts.hybrid())
                .args(java.util.List.of("sh"))
                .build();
        assertThatCode(() -> SpecChecks.check(spec)).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ociVersion                           | "ociVersion":"1.2.1"         | "ociVersion":"2.0"
            root.path                            | "root":{"path":"rootfs"}     | "root":{"path":""}
            root.path                            | "root":{"path":"rootfs"},    | ``
            hostname                             | {"type":"uts"},              | ``
            mounts[0].destination                | "destination":"/proc"        | "destination":"proc"
            mounts[0].destination                | "destination":"/proc"        | "destination":"/pr\\u0000oc"
            mounts[0].type                       | "type":"proc","source"       | "source"
            mounts[0].options                    | "nosuid","rw"                | "ro","rw"
            mounts[1].options                    | "rslave","ro"                | "rslave","rshared"
            mounts[1].source                     | "source":"/s",               | ``
            mounts[1]                            | "source":"/s",               | "source":"/s","uidMappings":[{"containerID":0,"hostID":1,"size":1}],
            process.cwd                          | "cwd":"/"                    | "cwd":"tmp"
            process.cwd                          | "cwd":"/",                   | ``
            process.args                         | "args":["sh"]                | "args":[]
            process.args                         | "args":["sh"]                | "args":[""]
            process.args[1]                      | "args":["sh"]                | "args":["sh","a\\u0000b"]
            process.env[0]                       | "env":["A=1"]                | "env":["A"]
            process.env[0]                       | "env":["A=1"]                | "env":["=1"]
            process.consoleSize                  | "terminal":true              | "terminal":false
            process.consoleSize                  | "height":24                  | "height":70000
            process.user.uid                     | "uid":1,                     | "uid":4294967295,
            process.user.uid                     | "uid":1,                     | "uid":-1,
            process.user.gid                     | "gid":2,                     | "gid":-2,
            process.user.umask                   | "umask":18                   | "umask":512
            process.user.additionalGids[0]       | "additionalGids":[3]         | "additionalGids":[-1]
            process.oomScoreAdj                  | "oomScoreAdj":0              | "oomScoreAdj":1001
            process.capabilities.bounding[0]     | "bounding":["CAP_KILL"]      | "bounding":["KILL"]
            process.capabilities.effective[0]    | "permitted":["CAP_KILL"]     | "permitted":[]
            process.capabilities.ambient[0]      | "inheritable":["CAP_KILL"]   | "inheritable":[]
            process.rlimits[0].type              | RLIMIT_CORE                  | RLIMIT_COOKIES
            process.rlimits[0].soft              | "hard":18446744073709551615  | "hard":0
            process.rlimits[0].hard              | "hard":18446744073709551615  | "hard":18446744073709551616
            process.rlimits[1].type              | "rlimits":[                  | "rlimits":[{"type":"RLIMIT_CORE","soft":1,"hard":1},
            linux.namespaces[1].type             | {"type":"uts"}               | {"type":"mount"}
            linux.namespaces[1].type             | {"type":"uts"}               | {"type":"uds"}
            linux.namespaces[5].path             | "/proc/1/ns/net"             | "ns/net"
            linux.uidMappings                    | {"type":"user"},             | ``
            linux.uidMappings                    | "uidMappings":[{"containerID":0,"hostID":1000,"size":10}], | ``
            linux.uidMappings[0].size            | "hostID":1000,"size":10}],   | "hostID":1000,"size":0}],
            linux.uidMappings[0]                 | "hostID":1000,"size":10}],   | "hostID":4294967290,"size":10}],
            linux.gidMappings[1]                 | "containerID":10,"hostID":2000 | "containerID":9,"hostID":2000
            linux.gidMappings[1]                 | "containerID":10,"hostID":2000 | "containerID":10,"hostID":1009
            linux.timeOffsets.monotonic          | ,{"type":"time"}             | ``
            linux.timeOffsets.realtime           | "monotonic"                  | "realtime"
            linux.timeOffsets.monotonic.nanosecs | "nanosecs":2                 | "nanosecs":1000000000
            linux.devices[0].type                | "type":"c"                   | "type":"x"
            linux.devices[0].path                | "/dev/fuse"                  | "fuse"
            linux.devices[0]                     | "major":10                   | "major":-10
            linux.devices[0].fileMode            | "fileMode":438               | "fileMode":5000
            linux.devices[1].path                | "devices":[{"type":"c"       | "devices":[{"type":"c","path":"/dev/fuse"},{"type":"c"
            linux.cgroupsPath                    | "gantry/x"                   | "gantry/../../x"
            linux.rootfsPropagation              | "rslave","sysctl"            | "friendly","sysctl"
            linux.sysctl[kernel.shmmax]          | {"type":"ipc"},              | ``
            linux.sysctl[vm.swappiness]          | kernel.shmmax                | vm.swappiness
            linux.sysctl[net/../vm/overcommit]   | net.core.somaxconn           | net/../vm/overcommit
            linux.sysctl[kernel.hostname]        | kernel.domainname            | kernel.hostname
            linux.maskedPaths[0]                 | "/proc/kcore"                | "proc/kcore"
            linux.readonlyPaths[0]               | "/proc/sys"                  | "proc/sys"
            linux.resources.memory.swap          | "swap":200                   | "swap":99
            linux.resources.memory.limit         | "limit":100                  | "limit":-2
            linux.resources.memory.reservation   | "reservation":50             | "reservation":101
            linux.resources.memory.swappiness    | "swappiness":60              | "swappiness":101
            linux.resources.cpu.period           | "period":100000              | "period":999
            linux.resources.cpu.quota            | "quota":50000                | "quota":999
            linux.resources.cpu.cpus             | "0-1,3"                      | "0-"
            linux.resources.devices[0].access    | "access":"rwm"               | "access":"x"
            linux.resources.hugepageLimits[0].pageSize | 2MB                    | 2MiB
            linux.seccomp.defaultAction          | SCMP_ACT_ERRNO               | SCMP_ACT_DANCE
            linux.seccomp.architectures[0]       | SCMP_ARCH_X86_64             | x86_64
            linux.seccomp.syscalls[0].names      | ["read"]                     | []
            linux.seccomp.syscalls[0].action     | SCMP_ACT_ALLOW               | ALLOW
            linux.seccomp.syscalls[0].args[0].op | SCMP_CMP_EQ                  | EQ
            linux.seccomp.syscalls[0].args[0].index | "index":0                 | "index":6
            """)
    void whatContradictsItselfIsRefusedByItsPlace(String place, String part, String instead) {
        String old = part;
        String replacement = instead == null ? "" : instead;
        String all = GOOD.replaceAll("\n\\s*", "");
        assertThat(all).contains(old);
        RuntimeSpec bad = RuntimeSpec.parse(all.replace(old, replacement));
        assertThatThrownBy(() -> SpecChecks.check(bad))
                .isInstanceOf(InvalidArgument.class)
                .extracting(e -> ((InvalidArgument) e).what())
                .isEqualTo("check config.json at " + place);
    }

    @Test
    void whatIsNoDocumentIsRefusedInWords() {
        for (String json : new String[] {"", "{", "[]", "null", "{\"mounts\":3}", "{\"process\":{\"args\":[{}]}}"}) {
            assertThatThrownBy(() -> RuntimeSpec.parse(json)).as(json).isInstanceOf(InvalidArgument.class);
        }
    }
}
