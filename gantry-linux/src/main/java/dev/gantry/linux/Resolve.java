package dev.gantry.linux;

/// How a path may be walked: flags of openat2(2), <linux/openat2.h>.
public final class Resolve {
    public static final int ANY = 0;
    public static final int NO_XDEV = 0x01; // RESOLVE_NO_XDEV
    public static final int NO_MAGICLINKS = 0x02; // RESOLVE_NO_MAGICLINKS
    public static final int NO_SYMLINKS = 0x04; // RESOLVE_NO_SYMLINKS
    public static final int BENEATH = 0x08; // RESOLVE_BENEATH
    public static final int IN_ROOT = 0x10; // RESOLVE_IN_ROOT

    /// Only what the kernel has in memory: nobody is waited for. EAGAIN where that is not enough.
    public static final int CACHED = 0x20; // RESOLVE_CACHED

    /// One existing name in a directory, never through a link, never into another mount.
    public static final int PLAIN = BENEATH | NO_SYMLINKS | NO_MAGICLINKS | NO_XDEV;

    private Resolve() {}
}
