package dev.gantry.linux;

/// Flags of open(2), <fcntl.h>. `O_CLOEXEC` is always added: no descriptor of ours leaks into a child.
public final class OpenFlags {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    public static final int READ = 0; // O_RDONLY
    public static final int WRITE = 1; // O_WRONLY
    public static final int READ_WRITE = 2; // O_RDWR
    public static final int CREATE = 0x40; // O_CREAT
    public static final int EXCLUSIVE = 0x80; // O_EXCL
    public static final int NO_CONTROLLING_TERMINAL = 0x100; // O_NOCTTY
    public static final int TRUNCATE = 0x200; // O_TRUNC
    public static final int APPEND = 0x400; // O_APPEND
    public static final int NON_BLOCKING = 0x800; // O_NONBLOCK
    public static final int DIRECTORY = ARM ? 0x4000 : 0x10000; // O_DIRECTORY
    public static final int NO_FOLLOW = ARM ? 0x8000 : 0x20000; // O_NOFOLLOW
    public static final int PATH = 0x200000; // O_PATH
    static final int CLOEXEC = 0x80000; // O_CLOEXEC

    private OpenFlags() {}
}
