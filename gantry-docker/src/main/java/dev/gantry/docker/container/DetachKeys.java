package dev.gantry.docker.container;

import dev.gantry.docker.route.DockerError;
import java.util.Arrays;
import java.util.Locale;

/// The keys that end an attachment and leave the container alone: `ctrl-p,ctrl-q` unless others were asked for.
/// Watches the input as it passes; a key that may begin the sequence is held back until that is decided.
final class DetachKeys {
    private static final byte[] DEFAULT = {16, 17};

    private final byte[] sequence;
    private int matched;
    private boolean found;

    private DetachKeys(byte[] sequence) {
        this.sequence = sequence;
    }

    /// Reads `ctrl-a,x`; the empty text is the default.
    static DetachKeys parse(String text) {
        if (text.isEmpty()) {
            return new DetachKeys(DEFAULT);
        }
        String[] keys = text.split(",", -1);
        byte[] sequence = new byte[keys.length];
        for (int i = 0; i < keys.length; i++) {
            sequence[i] = key(text, keys[i]);
        }
        return new DetachKeys(sequence);
    }

    private static byte key(String text, String key) {
        if (key.length() == 1 && key.charAt(0) < 128) {
            return (byte) key.charAt(0);
        }
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.length() == 6 && lower.startsWith("ctrl-")) {
            char c = lower.charAt(5);
            if (c >= 'a' && c <= 'z') {
                return (byte) (c - 'a' + 1);
            }
            int special = "@[\\]^_".indexOf(c);
            if (special >= 0) {
                return (byte) (special == 0 ? 0 : 26 + special);
            }
        }
        throw DockerError.badParameter("Invalid escape keys (" + text + ") provided");
    }

    /// Takes bytes in and hands on what certainly is input; after the whole sequence, nothing.
    byte[] pass(byte[] in, int length) {
        byte[] out = new byte[length + sequence.length];
        int n = 0;
        for (int i = 0; i < length && !found; i++) {
            byte b = in[i];
            if (b != sequence[matched]) {
                // What was held back was input after all. No prefix of a sequence is longer than what restarts here.
                System.arraycopy(sequence, 0, out, n, matched);
                n += matched;
                matched = 0;
            }
            if (b == sequence[matched]) {
                matched++;
                found = matched == sequence.length;
            } else {
                out[n++] = b;
            }
        }
        return Arrays.copyOf(out, n);
    }

    boolean found() {
        return found;
    }
}
