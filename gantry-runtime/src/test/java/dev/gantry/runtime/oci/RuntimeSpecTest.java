package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeSpecTest {
    @Test
    void everyPropertyOfLinuxSurvivesReadingAndWriting() {
        String all = """
                {"ociVersion":"1.2.1",
                 "process":{"terminal":true,"consoleSize":{"height":25,"width":80},
                  "user":{"uid":1,"gid":1,"umask":63,"additionalGids":[5,6],"username":"u"},
                  "args":["sh"],"env":["PATH=/bin"],"cwd":"/",
                  "capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"],
                   "inheritable":[],"ambient":[]},
                  "rlimits":[{"type":"RLIMIT_CORE","soft":1024,"hard":18446744073709551615}],
                  "noNewPrivileges":true,"oomScoreAdj":100,"apparmorProfile":"a","selinuxLabel":"s",
                  "ioPriority":{"class":"IOPRIO_CLASS_IDLE","priority":4},
                  "scheduler":{"policy":"SCHED_DEADLINE","nice":0,"priority":0,"flags":["SCHED_FLAG_RECLAIM"],
                   "runtime":30000000,"deadline":30000000,"period":30000000},
                  "execCPUAffinity":{"initial":"7","final":"0-3,7"}},
                 "root":{"path":"rootfs","readonly":true},
                 "hostname":"slartibartfast","domainname":"foobarbaz.test",
                 "mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid"],
                  "uidMappings":[{"containerID":0,"hostID":1,"size":2}],
                  "gidMappings":[{"containerID":0,"hostID":1,"size":2}]}],
                 "hooks":{"prestart":[{"path":"/bin/true","args":["true"],"env":["A=1"],"timeout":10}],
                  "createRuntime":[],"createContainer":[],"startContainer":[],"poststart":[],"poststop":[]},
                 "annotations":{"com.example.key":"v"},
                 "linux":{
                  "uidMappings":[{"containerID":0,"hostID":1000,"size":32000}],
                  "gidMappings":[{"containerID":0,"hostID":1000,"size":32000}],
                  "namespaces":[{"type":"pid","path":""},{"type":"network","path":"/proc/1/ns/net"}],
                  "timeOffsets":{"boottime":{"secs":1,"nanosecs":2}},
                  "devices":[{"type":"c","path":"/dev/fuse","major":10,"minor":229,"fileMode":438,"uid":0,"gid":0}],
                  "cgroupsPath":"/myRuntime/myContainer",
                  "resources":{
                   "devices":[{"allow":false,"type":"","access":"rwm"},
                    {"allow":true,"type":"c","major":10,"minor":229,"access":"rw"}],
                   "memory":{"limit":536870912,"reservation":536870912,"swap":536870912,"kernel":-1,"kernelTCP":-1,
                    "swappiness":0,"disableOOMKiller":false,"useHierarchy":false,"checkBeforeUpdate":true},
                   "cpu":{"shares":1024,"quota":1000000,"burst":1000000,"period":500000,"realtimeRuntime":950000,
                    "realtimePeriod":1000000,"cpus":"2-3","mems":"0-7","idle":0},
                   "pids":{"limit":32771},
                   "blockIO":{"weight":10,"leafWeight":10,
                    "weightDevice":[{"major":8,"minor":0,"weight":500,"leafWeight":300}],
                    "throttleReadBpsDevice":[{"major":8,"minor":0,"rate":600}],"throttleWriteBpsDevice":[],
                    "throttleReadIOPSDevice":[],"throttleWriteIOPSDevice":[{"major":8,"minor":16,"rate":300}]},
                   "hugepageLimits":[{"pageSize":"2MB","limit":9223372036854772000}],
                   "network":{"classID":1048577,"priorities":[{"name":"eth0","priority":500}]},
                   "rdma":{"mlx5_1":{"hcaHandles":3,"hcaObjects":10000}},
                   "unified":{"memory.max":"5000"}},
                  "rootfsPropagation":"slave",
                  "seccomp":{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1,
                   "architectures":["SCMP_ARCH_X86"],"flags":["SECCOMP_FILTER_FLAG_LOG"],
                   "listenerPath":"/run/l","listenerMetadata":"m",
                   "syscalls":[{"names":["getcwd"],"action":"SCMP_ACT_ERRNO","errnoRet":2,
                    "args":[{"index":0,"value":18446744073709551615,"valueTwo":2,"op":"SCMP_CMP_MASKED_EQ"}]}]},
                  "sysctl":{"net.ipv4.ip_forward":"1"},
                  "maskedPaths":["/proc/kcore"],"readonlyPaths":["/proc/sys"],
                  "mountLabel":"l",
                  "intelRdt":{"closID":"g","l3CacheSchema":"L3:0=1","memBwSchema":"MB:0=20","enableCMT":true,
                   "enableMBM":true},
                  "personality":{"domain":"LINUX32","flags":["f"]}}}
                """.replaceAll("\n\\s*", "");
        RuntimeSpec spec = RuntimeSpec.parse(all);
        assertThat(spec.toJson()).isEqualTo(all);
        assertThat(RuntimeSpec.parse(spec.toJson())).isEqualTo(spec);
    }

    @Test
    void whatIsUnknownOrOfOtherSystemsIsPassedOver() {
        RuntimeSpec spec = RuntimeSpec.parse("""
                {"ociVersion":"1.2.1","windows":{"layerFolders":["x"]},"vm":{"kernel":{"path":"/k"}},"zos":{},
                 "future":[{"a":null}],"root":{"path":"r","later":1},"mounts":null,"linux":{"net":[1,2]}}
                """);
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.linux()).isEqualTo(LinuxSpec.NONE);
    }

    @Test
    void theDefaultsSurviveToo() {
        RuntimeSpec spec = DefaultSpec.builder(Hosts.hybrid())
                .args(List.of("sh"))
                .memory(1 << 20)
                .ulimit("nofile", 1, -1)
                .build();
        assertThat(RuntimeSpec.parse(spec.toJson())).isEqualTo(spec);
    }
}
