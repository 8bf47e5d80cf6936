package dev.gantry.runtime.oci;

import io.avaje.jsonb.Json;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `linux.resources` of OCI runtime-spec 1.2 §config-linux "Control groups". Absent numbers are not set.
@Json
public record ResourcesSpec(
        @Json.Property("devices") List<DeviceRule> devices,
        @Json.Property("memory") @Nullable Memory memory,
        @Json.Property("cpu") @Nullable Cpu cpu,
        @Json.Property("pids") @Nullable Pids pids,
        @Json.Property("blockIO") @Nullable BlockIo blockIo,
        @Json.Property("hugepageLimits") List<HugepageLimit> hugepageLimits,
        @Json.Property("network") @Nullable Network network,
        @Json.Property("rdma") Map<String, Rdma> rdma,
        @Json.Property("unified") Map<String, String> unified) {

    public ResourcesSpec {
        devices = Absent.list(devices);
        hugepageLimits = Absent.list(hugepageLimits);
        rdma = Absent.map(rdma);
        unified = Absent.map(unified);
    }

    public static final ResourcesSpec NONE =
            new ResourcesSpec(List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of());

    /// A rule of the device cgroup: absent type means all, absent numbers mean any.
    @Json
    public record DeviceRule(
            @Json.Property("allow") boolean allow,
            @Json.Property("type") String type,
            @Json.Property("major") @Nullable Long major,
            @Json.Property("minor") @Nullable Long minor,
            @Json.Property("access") String access) {
        public DeviceRule {
            type = Absent.text(type);
            access = Absent.text(access);
        }
    }

    /// Bytes; -1 is "no limit". `swap` is memory and swap together.
    @Json
    public record Memory(
            @Json.Property("limit") @Nullable Long limit,
            @Json.Property("reservation") @Nullable Long reservation,
            @Json.Property("swap") @Nullable Long swap,
            @Json.Property("kernel") @Nullable Long kernel,
            @Json.Property("kernelTCP") @Nullable Long kernelTcp,
            @Json.Property("swappiness") @Nullable Long swappiness,
            @Json.Property("disableOOMKiller") boolean disableOomKiller,
            @Json.Property("useHierarchy") @Nullable Boolean useHierarchy,
            @Json.Property("checkBeforeUpdate") boolean checkBeforeUpdate) {}

    @Json
    public record Cpu(
            @Json.Property("shares") @Nullable Long shares,
            @Json.Property("quota") @Nullable Long quota,
            @Json.Property("burst") @Nullable Long burst,
            @Json.Property("period") @Nullable Long period,
            @Json.Property("realtimeRuntime") @Nullable Long realtimeRuntime,
            @Json.Property("realtimePeriod") @Nullable Long realtimePeriod,
            @Json.Property("cpus") String cpus,
            @Json.Property("mems") String mems,
            @Json.Property("idle") @Nullable Long idle) {
        public Cpu {
            cpus = Absent.text(cpus);
            mems = Absent.text(mems);
        }
    }

    @Json
    public record Pids(@Json.Property("limit") long limit) {}

    @Json
    public record BlockIo(
            @Json.Property("weight") @Nullable Integer weight,
            @Json.Property("leafWeight") @Nullable Integer leafWeight,
            @Json.Property("weightDevice") List<DeviceWeight> weightDevice,
            @Json.Property("throttleReadBpsDevice") List<DeviceRate> throttleReadBpsDevice,
            @Json.Property("throttleWriteBpsDevice") List<DeviceRate> throttleWriteBpsDevice,
            @Json.Property("throttleReadIOPSDevice") List<DeviceRate> throttleReadIopsDevice,
            @Json.Property("throttleWriteIOPSDevice") List<DeviceRate> throttleWriteIopsDevice) {
        public BlockIo {
            weightDevice = Absent.list(weightDevice);
            throttleReadBpsDevice = Absent.list(throttleReadBpsDevice);
            throttleWriteBpsDevice = Absent.list(throttleWriteBpsDevice);
            throttleReadIopsDevice = Absent.list(throttleReadIopsDevice);
            throttleWriteIopsDevice = Absent.list(throttleWriteIopsDevice);
        }
    }

    @Json
    public record DeviceWeight(
            @Json.Property("major") long major,
            @Json.Property("minor") long minor,
            @Json.Property("weight") @Nullable Integer weight,
            @Json.Property("leafWeight") @Nullable Integer leafWeight) {}

    @Json
    public record DeviceRate(
            @Json.Property("major") long major,
            @Json.Property("minor") long minor,
            @Json.Property("rate") BigInteger rate) {
        public DeviceRate {
            rate = rate == null ? BigInteger.ZERO : rate;
        }
    }

    @Json
    public record HugepageLimit(
            @Json.Property("pageSize") String pageSize,
            @Json.Property("limit") BigInteger limit) {
        public HugepageLimit {
            pageSize = Absent.text(pageSize);
            limit = limit == null ? BigInteger.ZERO : limit;
        }
    }

    @Json
    public record Network(
            @Json.Property("classID") @Nullable Long classId,
            @Json.Property("priorities") List<InterfacePriority> priorities) {
        public Network {
            priorities = Absent.list(priorities);
        }
    }

    @Json
    public record InterfacePriority(
            @Json.Property("name") String name,
            @Json.Property("priority") long priority) {
        public InterfacePriority {
            name = Absent.text(name);
        }
    }

    @Json
    public record Rdma(
            @Json.Property("hcaHandles") @Nullable Long hcaHandles,
            @Json.Property("hcaObjects") @Nullable Long hcaObjects) {}
}
