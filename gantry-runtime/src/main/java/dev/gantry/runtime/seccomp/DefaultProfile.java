package dev.gantry.runtime.seccomp;

import dev.gantry.runtime.seccomp.SeccompProfile.ArchMap;
import dev.gantry.runtime.seccomp.SeccompProfile.Condition;
import dev.gantry.runtime.seccomp.SeccompProfile.Rule;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the resource `default-profile.txt`; its form is described at its beginning.
final class DefaultProfile {
    private static final Pattern ARG = Pattern.compile("arg(\\d)(?:&(\\d+))?(=|!=)(\\d+)");

    private DefaultProfile() {}

    static SeccompProfile load() {
        return parse(SyscallTable.resource("default-profile.txt"));
    }

    static SeccompProfile parse(String text) {
        String defaultAction = "";
        Long defaultErrno = null;
        List<ArchMap> arches = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        String head = "";
        List<String> names = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (line.startsWith(" ")) {
                names.addAll(List.of(line.strip().split(" ")));
                continue;
            }
            if (!head.isEmpty()) {
                rules.add(rule(head, names));
            }
            head = "";
            names.clear();
            String[] words = line.split(" ");
            switch (words[0]) {
                case "#", "" -> {}
                case "default" -> {
                    defaultAction = action(words[1]);
                    defaultErrno = errno(words[1]);
                }
                case "arch" -> {
                    List<String> all = List.of(words).stream()
                            .skip(1)
                            .map(a -> "SCMP_ARCH_" + a.toUpperCase(Locale.ROOT))
                            .toList();
                    arches.add(new ArchMap(all.getFirst(), all.subList(1, all.size())));
                }
                default -> head = line;
            }
        }
        rules.add(rule(head, names));
        return new SeccompProfile(defaultAction, defaultErrno, List.of(), arches, List.of(), "", "", rules);
    }

    private static Rule rule(String head, List<String> names) {
        String[] words = head.split(" ");
        List<SeccompSpec.Arg> args = new ArrayList<>();
        for (String word : words) {
            Matcher m = ARG.matcher(word);
            if (m.matches()) {
                args.add(arg(m));
            }
        }
        return new Rule(
                "", names, action(words[0]), errno(words[0]), args, condition(words, "+"), condition(words, "-"));
    }

    private static SeccompSpec.Arg arg(Matcher m) {
        int index = Integer.parseInt(m.group(1));
        BigInteger value = new BigInteger(m.group(4));
        String mask = m.group(2);
        return mask == null
                ? new SeccompSpec.Arg(
                        index, value, BigInteger.ZERO, m.group(3).equals("=") ? "SCMP_CMP_EQ" : "SCMP_CMP_NE")
                : new SeccompSpec.Arg(index, new BigInteger(mask), value, "SCMP_CMP_MASKED_EQ");
    }

    private static Condition condition(String[] words, String sign) {
        List<String> caps = new ArrayList<>();
        List<String> arches = new ArrayList<>();
        String kernel = "";
        for (String word : words) {
            if (word.startsWith(sign + "CAP_")) {
                caps.add(word.substring(1));
            } else if (word.startsWith(sign + "kernel>=")) {
                kernel = word.substring(9);
            } else if (word.startsWith(sign)) {
                arches.add(word.substring(1));
            }
        }
        return new Condition(caps, arches, kernel);
    }

    private static String action(String word) {
        return "SCMP_ACT_" + word.split(":")[0].toUpperCase(Locale.ROOT);
    }

    private static @Nullable Long errno(String word) {
        String[] parts = word.split(":");
        return parts.length == 2 ? Long.valueOf(parts[1]) : null;
    }
}
