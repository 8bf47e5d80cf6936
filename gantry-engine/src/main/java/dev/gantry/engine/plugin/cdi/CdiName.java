package dev.gantry.engine.plugin.cdi;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.plugin.PluginAnswer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The full name of a device, `vendor.com/class=device`. CDI specification 1.0 §"Kind".
public record CdiName(String kind, String device) {
    static final Pattern KIND = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*(?<![_.-])/[a-zA-Z][a-zA-Z0-9_-]*(?<![_-])");
    static final Pattern DEVICE = Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9_.:-]*[a-zA-Z0-9])?");
    private static final Pattern FULL = Pattern.compile("([^=]*)=(.*)");

    public CdiName {
        if (!KIND.matcher(kind).matches() || !DEVICE.matcher(device).matches()) {
            throw new InvalidArgument(
                    "read CDI device " + PluginAnswer.shown(kind + "=" + device),
                    "it is not a full name",
                    "write vendor.com/class=device");
        }
    }

    public static CdiName parse(String text) {
        Matcher m = FULL.matcher(text);
        return m.matches() ? new CdiName(m.group(1), m.group(2)) : new CdiName(text, "");
    }

    @Override
    public String toString() {
        return kind + "=" + device;
    }
}
