package dev.gantry.linux;

/// The system calls by subject, over one kernel.
///
/// ```java
/// Linux linux = Linux.host();
/// try (Fd root = linux.files().open(Fd.CWD, "/srv/root", OpenFlags.DIRECTORY, 0, Resolve.ANY);
///         Fd passwd = linux.files().open(root, "etc/passwd", OpenFlags.READ, 0, Resolve.IN_ROOT)) {
///     byte[] text = linux.files().readAll(passwd, 1 << 20);
/// }
/// ```
public record Linux(
        FileCalls files,
        DirectoryCalls directories,
        AttributeCalls attributes,
        ProcessCalls processes,
        TerminalCalls terminals,
        SocketCalls sockets,
        MountCalls mounts,
        CopyCalls copies,
        LoopCalls loops,
        QuotaCalls quotas,
        Trees trees) {

    public static Linux host() {
        return over(Kernel.host());
    }

    public static Linux over(Kernel kernel) {
        var files = new FileCalls(kernel);
        var directories = new DirectoryCalls(kernel);
        var attributes = new AttributeCalls(kernel);
        return new Linux(
                files,
                directories,
                attributes,
                new ProcessCalls(kernel),
                new TerminalCalls(kernel),
                new SocketCalls(kernel),
                new MountCalls(kernel),
                new CopyCalls(kernel),
                new LoopCalls(kernel),
                new QuotaCalls(kernel),
                new Trees(files, directories, attributes));
    }
}
