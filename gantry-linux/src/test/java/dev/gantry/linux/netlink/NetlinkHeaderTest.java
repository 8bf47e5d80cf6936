package dev.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every number of the three header classes, against the headers themselves: a C program prints them.
class NetlinkHeaderTest {
    private static final List<String> HEADERS = List.of(
            "stdio.h",
            "sys/socket.h",
            "linux/netlink.h",
            "linux/rtnetlink.h",
            "linux/if.h",
            "linux/if_link.h",
            "linux/if_addr.h",
            "linux/if_bridge.h",
            "linux/veth.h",
            "linux/neighbour.h",
            "linux/fib_rules.h",
            "linux/netfilter.h",
            "linux/netfilter/nfnetlink.h",
            "linux/netfilter/nf_tables.h",
            "linux/netfilter/nf_nat.h",
            "linux/netfilter/nf_conntrack_common.h");

    @Test
    void numbersAreThoseOfTheHeaders(@TempDir Path directory) throws Exception {
        Map<String, Integer> ours = new LinkedHashMap<>();
        for (String name : List.of("NetlinkHeader", "route.RouteHeader", "nftables.NftHeader")) {
            for (Field field : Class.forName("dev.gantry.linux.netlink." + name).getDeclaredFields()) {
                field.setAccessible(true);
                ours.put(field.getName(), field.getInt(null));
            }
        }
        assertThat(ours).hasSizeGreaterThan(300);
        var source = new StringBuilder();
        HEADERS.forEach(h -> source.append("#include <").append(h).append(">\n"));
        source.append("int main(void) {\n");
        ours.keySet()
                .forEach(n ->
                        source.append("printf(\"%d\\n\", (int) (").append(n).append("));\n"));
        Files.writeString(directory.resolve("probe.c"), source.append("return 0; }\n"));
        run(directory, "cc", "-o", "probe", "probe.c");
        List<String> names = new ArrayList<>(ours.keySet());
        List<String> lines = run(directory, "./probe").lines().toList();
        Map<String, Integer> theirs = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            theirs.put(names.get(i), Integer.parseInt(lines.get(i)));
        }
        assertThat(ours).isEqualTo(theirs);
    }

    private static String run(Path directory, String... command) throws InterruptedException, IOException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("no C compiler (cc) to ask the headers with");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
