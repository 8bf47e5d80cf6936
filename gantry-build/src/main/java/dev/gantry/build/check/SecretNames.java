package dev.gantry.build.check;

import java.util.regex.Pattern;

/// Names of variables that sound as if their values were secrets.
public final class SecretNames {
    private static final Pattern SECRET =
            Pattern.compile("(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)");
    private static final Pattern KNOWN_TO_ALL = Pattern.compile("(?i)(?:_|^)(?:public|file|version)(?:_|$)");

    private SecretNames() {}

    public static boolean sounds(String name) {
        return SECRET.matcher(name).find() && !KNOWN_TO_ALL.matcher(name).find();
    }
}
