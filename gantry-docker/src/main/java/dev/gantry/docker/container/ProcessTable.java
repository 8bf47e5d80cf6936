package dev.gantry.docker.container;

import dev.gantry.api.container.TopResponse;
import dev.gantry.docker.route.DockerError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/// The processes of a container in the columns of `ps -ef`, read from /proc. proc(5)
final class ProcessTable {
    private static final List<String> TITLES = List.of("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    private static final long TICKS_PER_SECOND = 100; // USER_HZ, the same on all Linux that we run on
    private static final DateTimeFormatter HOURS_MINUTES = DateTimeFormatter.ofPattern("HH:mm");

    private ProcessTable() {}

    static TopResponse read(List<Integer> pids, String arguments) {
        if (!arguments.isEmpty() && !arguments.equals("-ef")) {
            throw DockerError.later("ps with the arguments " + arguments);
        }
        List<List<String>> rows = new ArrayList<>();
        for (int pid : pids) {
            try {
                rows.add(row(Path.of("/proc", Integer.toString(pid)), pid));
            } catch (IOException gone) {
                // It ended between the listing and now.
                continue;
            }
        }
        return new TopResponse(TITLES, rows);
    }

    private static List<String> row(Path proc, int pid) throws IOException {
        String stat = Files.readString(proc.resolve("stat"), StandardCharsets.ISO_8859_1);
        // The name is in parentheses and may hold anything, also parentheses.
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long cpuSeconds = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        Instant begin = bootTime().plusMillis(Long.parseLong(fields[19]) * 1000 / TICKS_PER_SECOND);
        String command = command(Files.readAllBytes(proc.resolve("cmdline")));
        return List.of(
                user(proc),
                Integer.toString(pid),
                fields[1],
                "0",
                HOURS_MINUTES.format(LocalTime.ofInstant(begin, ZoneOffset.UTC)),
                terminal(Integer.parseInt(fields[4])),
                LocalTime.ofSecondOfDay(cpuSeconds % 86_400).format(DateTimeFormatter.ISO_LOCAL_TIME),
                command.isEmpty() ? "[" + name + "]" : command);
    }

    /// The words of `cmdline`, which may be any bytes: those that are no UTF-8 are shown as the replacement character.
    static String command(byte[] cmdline) {
        return new String(cmdline, StandardCharsets.UTF_8).replace('\0', ' ').strip();
    }

    private static String user(Path proc) throws IOException {
        int uid = (Integer) Files.getAttribute(proc, "unix:uid");
        return uid == 0 ? "root" : Integer.toString(uid);
    }

    /// The device number as stat has it: minor in the low byte and from bit 20, major in between.
    private static String terminal(int device) {
        int major = device >> 8 & 0xfff;
        int minor = device & 0xff | device >> 12 & 0xfff00;
        return major == 136 ? "pts/" + minor : "?";
    }

    private static Instant bootTime() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.startsWith("btime ")) {
                return Instant.ofEpochSecond(Long.parseLong(line.substring(6).strip()));
            }
        }
        return Instant.EPOCH;
    }
}
