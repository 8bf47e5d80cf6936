package dev.gantry.volume;

import dev.gantry.base.InvalidArgument;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// The name of a volume, which is also that of its directory: it never begins with a dot, so what the
/// store itself makes beside the volumes does.
public record VolumeName(String text) {
    private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final int LONGEST = 255; // NAME_MAX of <linux/limits.h>
    private static final int RANDOM_BYTES = 32;

    public VolumeName {
        if (text.length() == 1) {
            throw new InvalidArgument(
                    "create " + text,
                    "volume name is too short, names should be at least two alphanumeric characters",
                    "choose a longer one");
        }
        if (!VALID.matcher(text).matches()) {
            throw new InvalidArgument(
                    "create " + text,
                    '"' + text + "\" includes invalid characters for a local volume name,"
                            + " only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed",
                    "If you intended to pass a host directory, use absolute path");
        }
        if (text.length() > LONGEST) {
            throw new InvalidArgument(
                    "create " + text, "a name has at most " + LONGEST + " characters", "choose a shorter one");
        }
    }

    /// For a volume that nobody named.
    public static VolumeName random(RandomGenerator random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new VolumeName(HexFormat.of().formatHex(bytes));
    }

    @Override
    public String toString() {
        return text;
    }
}
