package dev.gantry.cli.flag;

import dev.gantry.api.container.Ulimit;
import java.util.ArrayList;
import java.util.List;

/// `--ulimit`, wherever it is taken.
public final class Ulimits {
    private Ulimits() {}

    public static List<Ulimit> of(Parsed args) {
        List<Ulimit> limits = new ArrayList<>();
        for (String text : args.list("ulimit")) {
            int equals = text.indexOf('=');
            String[] values =
                    equals < 0 ? new String[0] : text.substring(equals + 1).split(":", -1);
            try {
                long soft = limit(values[0]);
                long hard = values.length > 1 ? limit(values[1]) : soft;
                if (values.length > 2 || (hard != -1 && (soft > hard || soft == -1))) {
                    throw new NumberFormatException();
                }
                limits.add(new Ulimit(text.substring(0, equals), soft, hard));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
                throw args.wrong("--ulimit is name=soft[:hard] with soft at most hard, not '" + text + "'");
            }
        }
        return limits;
    }

    private static long limit(String text) {
        return text.equals("unlimited") ? -1 : Long.parseLong(text);
    }
}
