package dev.gantry.runtime.oci;

import io.avaje.jsonb.Json;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `process` of OCI runtime-spec 1.2 §config "Process".
@Json
public record ProcessSpec(
        @Json.Property("terminal") boolean terminal,
        @Json.Property("consoleSize") @Nullable ConsoleSize consoleSize,
        @Json.Property("user") User user,
        @Json.Property("args") List<String> args,
        @Json.Property("env") List<String> env,
        @Json.Property("cwd") String cwd,
        @Json.Property("capabilities") @Nullable CapabilitySets capabilities,
        @Json.Property("rlimits") List<Rlimit> rlimits,
        @Json.Property("noNewPrivileges") boolean noNewPrivileges,
        @Json.Property("oomScoreAdj") @Nullable Integer oomScoreAdj,
        @Json.Property("apparmorProfile") String apparmorProfile,
        @Json.Property("selinuxLabel") String selinuxLabel,
        @Json.Property("ioPriority") @Nullable IoPriority ioPriority,
        @Json.Property("scheduler") @Nullable Scheduler scheduler,
        @Json.Property("execCPUAffinity") @Nullable CpuAffinity execCpuAffinity) {

    public ProcessSpec {
        if (user == null) {
            user = User.ROOT;
        }
        args = Absent.list(args);
        env = Absent.list(env);
        cwd = Absent.text(cwd);
        rlimits = Absent.list(rlimits);
        apparmorProfile = Absent.text(apparmorProfile);
        selinuxLabel = Absent.text(selinuxLabel);
    }

    @Json
    public record ConsoleSize(
            @Json.Property("height") long height,
            @Json.Property("width") long width) {}

    @Json
    public record User(
            @Json.Property("uid") long uid,
            @Json.Property("gid") long gid,
            @Json.Property("umask") @Nullable Long umask,
            @Json.Property("additionalGids") List<Long> additionalGids,
            @Json.Property("username") String username) {
        public static final User ROOT = new User(0, 0, null, List.of(), "");

        public User {
            additionalGids = Absent.list(additionalGids);
            username = Absent.text(username);
        }

        public static User of(long uid, long gid, List<Long> additionalGids) {
            return new User(uid, gid, null, additionalGids, "");
        }
    }

    @Json
    public record CapabilitySets(
            @Json.Property("bounding") List<String> bounding,
            @Json.Property("effective") List<String> effective,
            @Json.Property("permitted") List<String> permitted,
            @Json.Property("inheritable") List<String> inheritable,
            @Json.Property("ambient") List<String> ambient) {
        public CapabilitySets {
            bounding = Absent.list(bounding);
            effective = Absent.list(effective);
            permitted = Absent.list(permitted);
            inheritable = Absent.list(inheritable);
            ambient = Absent.list(ambient);
        }
    }

    /// `soft` and `hard` are unsigned 64-bit numbers; 2^64-1 is "unlimited". setrlimit(2)
    @Json
    public record Rlimit(
            @Json.Property("type") String type,
            @Json.Property("soft") BigInteger soft,
            @Json.Property("hard") BigInteger hard) {
        public Rlimit {
            type = Absent.text(type);
            soft = soft == null ? BigInteger.ZERO : soft;
            hard = hard == null ? BigInteger.ZERO : hard;
        }
    }

    @Json
    public record IoPriority(
            @Json.Property("class") String ioClass,
            @Json.Property("priority") int priority) {
        public IoPriority {
            ioClass = Absent.text(ioClass);
        }
    }

    @Json
    public record Scheduler(
            @Json.Property("policy") String policy,
            @Json.Property("nice") int nice,
            @Json.Property("priority") int priority,
            @Json.Property("flags") List<String> flags,
            @Json.Property("runtime") @Nullable BigInteger runtime,
            @Json.Property("deadline") @Nullable BigInteger deadline,
            @Json.Property("period") @Nullable BigInteger period) {
        public Scheduler {
            policy = Absent.text(policy);
            flags = Absent.list(flags);
        }
    }

    @Json
    public record CpuAffinity(
            @Json.Property("initial") String initial,
            @Json.Property("final") String last) {
        public CpuAffinity {
            initial = Absent.text(initial);
            last = Absent.text(last);
        }
    }
}
