package dev.gantry.cli.container;

import dev.gantry.base.InvalidArgument;
import java.util.Arrays;

/// The keys that end an attachment and leave the container running: `ctrl-p,ctrl-q` unless told otherwise.
/// An instance watches one stream of keys.
final class DetachKeys {
    static final String DEFAULT = "ctrl-p,ctrl-q";

    private final byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /// Reads `ctrl-<letter>`, `ctrl-@ [ \ ] ^ _` and single characters, separated by commas; empty text is the default.
    static DetachKeys of(String text) {
        String[] names = (text.isEmpty() ? DEFAULT : text).split(",", -1);
        byte[] keys = new byte[names.length];
        for (int i = 0; i < names.length; i++) {
            keys[i] = key(names[i], text);
        }
        return new DetachKeys(keys);
    }

    /// Copies `length` bytes of `in` to the start of `out` but for the sequence, which may come in pieces: its
    /// beginning is
    /// held back until it is certain. `out` is longer than `length` by the length of the sequence.
    ///
    /// @return how many bytes to send on, or -1 - that number when the sequence is complete
    int filter(byte[] in, int length, byte[] out) {
        int to = 0;
        for (int i = 0; i < length; i++) {
            if (in[i] == keys[matched]) {
                if (++matched == keys.length) {
                    return -1 - to;
                }
                continue;
            }
            System.arraycopy(keys, 0, out, to, matched);
            to += matched;
            matched = 0;
            if (in[i] == keys[0]) {
                matched = 1;
                if (keys.length == 1) {
                    return -1 - to;
                }
            } else {
                out[to++] = in[i];
            }
        }
        return to;
    }

    int length() {
        return keys.length;
    }

    /// What was held back when the keys end.
    byte[] rest() {
        return Arrays.copyOf(keys, matched);
    }

    private static byte key(String name, String text) {
        if (name.length() == 1 && name.charAt(0) < 128) {
            return (byte) name.charAt(0);
        }
        if (name.length() == 6 && name.startsWith("ctrl-")) {
            char c = Character.toLowerCase(name.charAt(5));
            if (c >= 'a' && c <= 'z') {
                return (byte) (c - 'a' + 1);
            }
            int at = "@[\\]^_".indexOf(c);
            if (at >= 0) {
                return (byte) (at == 0 ? 0 : 26 + at);
            }
        }
        throw new InvalidArgument(
                "read the command line",
                "--detach-keys '" + text + "' has no key '" + name + "'",
                "write for example ctrl-p,ctrl-q");
    }
}
