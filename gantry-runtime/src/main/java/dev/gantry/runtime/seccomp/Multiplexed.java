package dev.gantry.runtime.seccomp;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The calls that 32-bit x86 also reaches through `socketcall` and `ipc`, where the first argument says which.
/// <linux/net.h>, <linux/ipc.h>
final class Multiplexed {
    private static final List<String> SOCKET_CALLS = List.of(
            "",
            "socket",
            "bind",
            "connect",
            "listen",
            "accept",
            "getsockname",
            "getpeername",
            "socketpair",
            "send",
            "recv",
            "sendto",
            "recvfrom",
            "shutdown",
            "setsockopt",
            "getsockopt",
            "sendmsg",
            "recvmsg",
            "accept4",
            "recvmmsg",
            "sendmmsg");

    private static final Map<String, Integer> IPC_CALLS = Map.ofEntries(
            Map.entry("semop", 1),
            Map.entry("semget", 2),
            Map.entry("semctl", 3),
            Map.entry("semtimedop", 4),
            Map.entry("msgsnd", 11),
            Map.entry("msgrcv", 12),
            Map.entry("msgget", 13),
            Map.entry("msgctl", 14),
            Map.entry("shmat", 21),
            Map.entry("shmdt", 22),
            Map.entry("shmget", 23),
            Map.entry("shmctl", 24));

    private Multiplexed() {}

    /// A call and the first argument by which it is `name`.
    record Way(String call, int code) {}

    static Optional<Way> of(Abi abi, String name) {
        if (abi != Abi.X86 || name.isEmpty()) {
            return Optional.empty();
        }
        int socket = SOCKET_CALLS.indexOf(name);
        if (socket > 0) {
            return Optional.of(new Way("socketcall", socket));
        }
        Integer ipc = IPC_CALLS.get(name);
        return ipc == null ? Optional.empty() : Optional.of(new Way("ipc", ipc));
    }
}
