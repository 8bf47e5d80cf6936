package dev.gantry.runtime.watch;

/// Numbers of the protocol. `docs/shim-protocol.md` §Frames.
final class Frame {
    static final int VERSION = 5;
    static final int HEADER = 8;
    static final int MAX = 1 << 20;
    static final int MAX_LAUNCH = 16 << 20;

    // the starter's

    static final int STARTER_HELLO = 1;
    static final int SPAWN = 2;
    static final int SPAWNED = 3;
    static final int REFUSED = 4;

    // the watch's

    static final int HELLO = 1;
    static final int LAUNCH = 2;
    static final int STARTED = 3;
    static final int FAILED = 4;
    static final int SIGNAL = 5;
    static final int RESIZE = 6;
    static final int ATTACH = 7;
    static final int ATTACHED = 8;
    static final int STDIN = 9;
    static final int STDIN_EOF = 10;
    static final int CREDIT = 11;
    static final int OUT = 12;
    static final int ERR = 13;
    static final int FOLLOW = 14;
    static final int RECORDS = 15;
    static final int END = 16;
    static final int SUBSCRIBE = 17;
    static final int EXITED = 18;
    static final int OK = 19;
    static final int ERROR = 20;
    static final int DETACH = 21;
    static final int LOGPOS = 22;
    static final int POS = 23;
    static final int OFFER = 24;
    static final int GO = 25;
    static final int ABORT = 26;
    static final int NETWORK = 27;
    static final int SOCKETS = 28;
    static final int SETTINGS = 29;
    static final int FREEZE = 30;
    static final int PREPARE = 31;
    static final int UNDO = 32;

    private Frame() {}
}
