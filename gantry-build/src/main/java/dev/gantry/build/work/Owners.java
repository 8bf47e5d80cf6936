package dev.gantry.build.work;

import dev.gantry.base.InvalidArgument;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.FileAction;
import dev.gantry.engine.container.UserLookup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Users and groups by the names that they have in a tree.
final class Owners {
    private static final int LARGEST = 4 << 20;
    private static final long LARGEST_ID = 0xffff_fffeL;

    private Owners() {}

    /// Whether the files of a tree have to be asked.
    static boolean needsFiles(FileAction.Owner owner) {
        return !owner.user().matches("[0-9]*") || !owner.group().matches("[0-9]*");
    }

    static Copying.Ids numbers(FileAction.Owner owner) {
        long uid = number(owner.user().isEmpty() ? "0" : owner.user());
        return new Copying.Ids((int) uid, (int) (owner.group().isEmpty() ? uid : number(owner.group())));
    }

    private static long number(String text) {
        long number = text.length() > 10 ? Long.MAX_VALUE : Long.parseLong(text);
        if (number > LARGEST_ID) {
            throw new InvalidArgument(
                    "give files to " + text, "there is no such number of a user", "use a smaller one");
        }
        return number;
    }

    static Copying.Ids of(FileAction.Owner owner, SourceTree names) throws IOException {
        String passwd = text(names, "etc/passwd");
        String groups = text(names, "etc/group");
        String user = owner.user().isEmpty() ? "0" : owner.user();
        if (owner.group().isEmpty()) {
            UserLookup.Identity alone = UserLookup.resolve(user, List.of(), passwd, groups);
            // As COPY --chown has it: a number alone means the group of that number, a name the user's own group.
            boolean number = user.matches("[0-9]+");
            return new Copying.Ids((int) alone.uid(), (int) (number ? alone.uid() : alone.gid()));
        }
        UserLookup.Identity found = UserLookup.resolve(user + ":" + owner.group(), List.of(), passwd, groups);
        return new Copying.Ids((int) found.uid(), (int) found.gid());
    }

    private static String text(SourceTree tree, String path) throws IOException {
        var real = new Finding(tree).real(path, true);
        return real.isEmpty() ? "" : new String(tree.read(real.get(), LARGEST), StandardCharsets.UTF_8);
    }
}
