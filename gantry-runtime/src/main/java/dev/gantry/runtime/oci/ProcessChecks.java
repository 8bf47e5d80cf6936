package dev.gantry.runtime.oci;

import static dev.gantry.runtime.oci.SpecChecks.at;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Refuses what contradicts itself below `process`.
final class ProcessChecks {
    private ProcessChecks() {}

    static void check(ProcessSpec process) {
        if (!process.cwd().startsWith("/")) {
            throw at(
                    "process.cwd",
                    (process.cwd().isEmpty() ? "nothing" : process.cwd()) + " is not absolute",
                    "begin it with /");
        }
        SpecChecks.plain("process.cwd", process.cwd());
        if (process.args().isEmpty() || process.args().getFirst().isEmpty()) {
            throw at("process.args", "there is no program to run", "name one");
        }
        all("process.args", process.args());
        all("process.env", process.env());
        for (int i = 0; i < process.env().size(); i++) {
            if (process.env().get(i).indexOf('=') <= 0) {
                throw at("process.env[" + i + "]", process.env().get(i) + " is not NAME=VALUE", "add a name and =");
            }
        }
        ProcessSpec.ConsoleSize size = process.consoleSize();
        if (size != null && !process.terminal() && (size.height() != 0 || size.width() != 0)) {
            throw at("process.consoleSize", "there is no terminal", "set process.terminal or leave it out");
        }
        if (size != null && (outside(size.height(), 0, 65_535) || outside(size.width(), 0, 65_535))) {
            throw at("process.consoleSize", "rows and columns go from 0 to 65535", "correct it");
        }
        user(process.user());
        if (process.capabilities() != null) {
            capabilities(process.capabilities());
        }
        rlimits(process.rlimits());
        Integer score = process.oomScoreAdj();
        if (score != null && outside(score, -1000, 1000)) {
            throw at("process.oomScoreAdj", score + " is not between -1000 and 1000", "correct it");
        }
    }

    private static void user(ProcessSpec.User user) {
        SpecChecks.id("process.user.uid", user.uid());
        SpecChecks.id("process.user.gid", user.gid());
        for (int i = 0; i < user.additionalGids().size(); i++) {
            SpecChecks.id(
                    "process.user.additionalGids[" + i + "]",
                    user.additionalGids().get(i));
        }
        Long umask = user.umask();
        if (umask != null && outside(umask, 0, 0777)) {
            throw at("process.user.umask", umask + " is not a mask of permissions", "use 0 to 511");
        }
    }

    /// What capset(2) would refuse later.
    private static void capabilities(ProcessSpec.CapabilitySets sets) {
        Map<String, List<String>> all = Map.of(
                "bounding", sets.bounding(),
                "effective", sets.effective(),
                "permitted", sets.permitted(),
                "inheritable", sets.inheritable(),
                "ambient", sets.ambient());
        for (String name : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
            List<String> set = all.getOrDefault(name, List.of());
            for (int i = 0; i < set.size(); i++) {
                if (!Capabilities.all().contains(set.get(i))) {
                    throw at(
                            "process.capabilities." + name + "[" + i + "]",
                            "there is no capability " + set.get(i),
                            "see capabilities(7) for the names");
                }
            }
        }
        within("effective", sets.effective(), "permitted", sets.permitted());
        within("ambient", sets.ambient(), "permitted", sets.permitted());
        within("ambient", sets.ambient(), "inheritable", sets.inheritable());
    }

    private static void within(String inner, List<String> of, String outer, List<String> in) {
        for (int i = 0; i < of.size(); i++) {
            if (!in.contains(of.get(i))) {
                throw at(
                        "process.capabilities." + inner + "[" + i + "]",
                        of.get(i) + " is not " + outer,
                        "add it to " + outer + " too");
            }
        }
    }

    private static void rlimits(List<ProcessSpec.Rlimit> limits) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < limits.size(); i++) {
            ProcessSpec.Rlimit r = limits.get(i);
            String path = "process.rlimits[" + i + "]";
            if (!Rlimits.known(r.type())) {
                throw at(path + ".type", "there is no limit " + r.type(), "see getrlimit(2) for the names");
            }
            if (!seen.add(r.type())) {
                throw at(path + ".type", r.type() + " is set twice", "keep one");
            }
            SpecChecks.unsigned64(path + ".soft", r.soft());
            SpecChecks.unsigned64(path + ".hard", r.hard());
            if (r.soft().compareTo(r.hard()) > 0) {
                throw at(path + ".soft", r.soft() + " is more than the hard limit " + r.hard(), "lower it");
            }
        }
    }

    private static void all(String path, List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            SpecChecks.plain(path + "[" + i + "]", texts.get(i));
        }
    }

    private static boolean outside(long value, long least, long most) {
        return value < least || value > most;
    }
}
