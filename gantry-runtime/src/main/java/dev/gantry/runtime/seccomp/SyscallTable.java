package dev.gantry.runtime.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/// The numbers of the system calls by ABI: the resource `syscalls.tsv`, which holds the facts of the kernel's headers.
final class SyscallTable {
    private final Map<Abi, Map<String, Integer>> numbers = new EnumMap<>(Abi.class);

    private SyscallTable() {}

    static SyscallTable load() {
        SyscallTable table = new SyscallTable();
        String[] lines = resource("syscalls.tsv").split("\n");
        Abi[] columns = {Abi.X86_64, Abi.X86, Abi.X32, Abi.AARCH64, Abi.ARM};
        for (int c = 0; c < columns.length; c++) {
            Map<String, Integer> column = HashMap.newHashMap(lines.length);
            int bit = columns[c] == Abi.X32 ? Abi.X32_BIT : 0;
            for (int i = 1; i < lines.length; i++) {
                String[] cells = lines[i].split("\t");
                if (!cells[c + 1].equals("-")) {
                    column.put(cells[0], Integer.parseInt(cells[c + 1]) | bit);
                }
            }
            table.numbers.put(columns[c], column);
        }
        return table;
    }

    /// The number, with the x32 bit where it belongs; empty when this ABI has no such call.
    OptionalInt number(Abi abi, String name) {
        Integer number = numbers.getOrDefault(abi, Map.of()).get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /// Whether any ABI has a call of this name.
    boolean isKnown(String name) {
        return numbers.values().stream().anyMatch(n -> n.containsKey(name));
    }

    static String resource(String name) {
        try (InputStream in = SyscallTable.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is not beside its class");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
