package dev.gantry.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.container.ContainerStats;
import dev.gantry.api.json.Wire;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatsRowTest {
    private static Map<String, Object> row(String json) {
        Map<String, Object> row = new LinkedHashMap<>();
        StatsRow.fill(row, Wire.json().type(ContainerStats.class).fromJson(json), false);
        return row;
    }

    @Test
    void readingsAreCountedAsTheDockerClientCounts() {
        Map<String, Object> row = row("""
                {"name":"/web","id":"0123456789abcdef","pids_stats":{"current":3},
                 "cpu_stats":{"cpu_usage":{"total_usage":300},"system_cpu_usage":2000,"online_cpus":2},
                 "precpu_stats":{"cpu_usage":{"total_usage":100},"system_cpu_usage":1000},
                 "memory_stats":{"usage":3145728,"limit":8388608,"stats":{"total_inactive_file":1048576}},
                 "blkio_stats":{"io_service_bytes_recursive":[
                   {"op":"Read","value":1000},{"op":"write","value":2000},{"op":"Total","value":3000}]},
                 "networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10,"tx_bytes":20}}}
                """);
        assertThat(row)
                .containsEntry("ID", "0123456789ab")
                .containsEntry("Name", "web")
                .containsEntry("CPUPerc", "40.00%")
                .containsEntry("MemUsage", "2MiB / 8MiB")
                .containsEntry("MemPerc", "25.00%")
                .containsEntry("NetIO", "11B / 22B")
                .containsEntry("BlockIO", "1kB / 2kB")
                .containsEntry("PIDs", "3");
    }

    @Test
    void oneThatDoesNotRunUsesNothing() {
        assertThat(row("{\"name\":\"/web\",\"id\":\"01\",\"memory_stats\":{}}"))
                .containsEntry("CPUPerc", "0.00%")
                .containsEntry("MemUsage", "0B / 0B")
                .containsEntry("PIDs", "0");
    }
}
