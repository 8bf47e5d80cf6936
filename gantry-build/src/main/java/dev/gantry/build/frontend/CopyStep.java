package dev.gantry.build.frontend;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.path.CleanPath;
import dev.gantry.base.path.PathPattern;
import dev.gantry.base.path.Patterns;
import dev.gantry.build.check.Rule;
import dev.gantry.build.dockerfile.Expander;
import dev.gantry.build.dockerfile.Flag;
import dev.gantry.build.dockerfile.Heredoc;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.dockerfile.Word;
import dev.gantry.build.graph.Content;
import dev.gantry.build.graph.FileAction;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// A `COPY` or `ADD` as vertices.
final class CopyStep {
    private static final Pattern OCTAL = Pattern.compile("[0-7]+");
    private static final Pattern SYMBOLIC =
            Pattern.compile("[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*");
    private static final int LONGEST_MODE = 100;
    private static final FileAction.Owner ROOT = new FileAction.Owner("0", "0", 0);

    private final Conversion conversion;
    private final StageBuild stage;
    private final Steps steps;
    private final Instruction.Copy copy;
    private final List<Files> inputs = new ArrayList<>();
    private final List<FileAction> actions = new ArrayList<>();
    private final StringBuilder shown;
    private final String destination;
    private final boolean link;
    private OptionalInt local = OptionalInt.empty();

    CopyStep(Conversion conversion, StageBuild stage, Steps steps, Instruction.Copy copy) {
        this.conversion = conversion;
        this.stage = stage;
        this.steps = steps;
        this.copy = copy;
        this.link = copy.flags().on("link") && !stage.root.equals(Files.NONE);
        this.shown = new StringBuilder(copy.add() ? "ADD" : "COPY");
        this.destination = steps.expand(copy.destination());
    }

    void take() {
        Note note = steps.note(copy);
        inputs.add(link ? Files.NONE : stage.root);
        String mode = mode();
        Optional<FileAction.Owner> owner = owner();
        shown(mode);
        Optional<Files> from = copy.flags().one("from").map(f -> conversion.from(f.value(), stage, f.place()));
        for (Word word : copy.sources()) {
            source(word, from, owner, mode);
        }
        for (Heredoc document : copy.documents()) {
            document(document, owner, mode);
        }
        shown.append(' ').append(destination);
        Files made = Steps.edit(inputs, actions, note);
        stage.root = link ? new Vertex(new Op.Merge(), List.of(stage.root, made), note).result() : made;
        stage.image.step(shown + " # buildkit", true);
    }

    private void shown(String mode) {
        if (copy.flags().on("parents")) {
            shown.append(" --parents");
        }
        copy.flags().one("chown").ifPresent(f -> shown.append(" --chown=").append(expanded(f)));
        if (!mode.isEmpty()) {
            shown.append(" --chmod=").append(mode);
        }
    }

    private String expanded(Flag flag) {
        return steps.expand(new Word(flag.value(), flag.place()));
    }

    private String flag(String name) {
        return copy.flags().one(name).map(this::expanded).orElse("");
    }

    private String mode() {
        String mode = flag("chmod");
        boolean octal = OCTAL.matcher(mode).matches() && mode.length() < 6 && Integer.parseInt(mode, 8) <= 07777;
        boolean symbolic =
                mode.length() <= LONGEST_MODE && SYMBOLIC.matcher(mode).matches();
        if (!mode.isEmpty() && !octal && !symbolic) {
            throw copy.flags()
                    .one("chmod")
                    .map(Flag::place)
                    .orElse(copy.place())
                    .fault(
                            "invalid chmod parameter: '" + mode
                                    + "'. it should be octal string and between 0 and 07777",
                            "write one such as 0755 or u=rwX,go=rX");
        }
        return mode;
    }

    private Optional<FileAction.Owner> owner() {
        String owner = flag("chown");
        if (owner.isEmpty()) {
            return Optional.empty();
        }
        FileAction.Owner parsed = owner(owner, 0);
        boolean numbers = (parsed.user() + parsed.group()).matches("[0-9]*");
        if (link && !numbers) {
            // Names are those of the image, although nothing else of it is looked at.
            inputs.add(stage.root);
            return Optional.of(owner(owner, inputs.size() - 1));
        }
        return Optional.of(parsed);
    }

    /// `user`, `user:group`, both names or numbers.
    static FileAction.Owner owner(String text, int names) {
        int colon = text.indexOf(':');
        return new FileAction.Owner(
                colon < 0 ? text : text.substring(0, colon), colon < 0 ? "" : text.substring(colon + 1), names);
    }

    private void source(Word word, Optional<Files> from, Optional<FileAction.Owner> owner, String mode) {
        String source = steps.expand(word);
        shown.append(' ').append(source);
        Optional<GitUrl> git = from.isPresent() ? Optional.empty() : git(source, word.place());
        boolean url = from.isEmpty() && (source.startsWith("http://") || source.startsWith("https://"));
        if (git.isPresent() || url) {
            if (!copy.add()) {
                throw word.place()
                        .fault("source can't be a " + (git.isPresent() ? "git ref" : "URL") + " for COPY", "use ADD");
            }
            if (git.isPresent()) {
                git(git.get(), word.place(), owner, mode);
            } else {
                download(source, word.place(), owner, mode);
            }
            return;
        }
        if (!flag("checksum").isEmpty()) {
            throw word.place().fault("checksum requires HTTP(S) or Git sources", "leave --checksum out");
        }
        local(source, from, owner, mode);
    }

    private void local(String source, Optional<Files> from, Optional<FileAction.Owner> owner, String mode) {
        if (from.isEmpty()) {
            ignored(source);
        }
        String path = path(source);
        Optional<FileAction.Owner> to = owner;
        if (from.isEmpty()) {
            conversion.contextPaths().add(path.replace("/./", "/"));
            // An archive keeps the owners that it has.
            to = owner.isPresent() || copy.add() ? owner : Optional.of(ROOT);
        }
        FileAction.Unpack unpack = unpack(copy.add()) ? FileAction.Unpack.ARCHIVES : FileAction.Unpack.NEVER;
        FileAction.How how = how(to, mode, PathPattern.isWild(source), unpack);
        if (local.isEmpty()) {
            inputs.add(from.orElseGet(() -> conversion.context(steps.place())));
            local = OptionalInt.of(inputs.size() - 1);
        }
        actions.add(new FileAction.Copy(local.getAsInt(), path, destination(), how));
    }

    private boolean unpack(boolean byDefault) {
        return copy.flags().one("unpack").isPresent() ? copy.flags().on("unpack") : byDefault;
    }

    /// Below the root, with the pivot of `--parents` in it if there is one.
    private String path(String source) {
        int pivot = copy.flags().on("parents") ? source.indexOf("/./") : -1;
        if (pivot < 0) {
            return CleanPath.absolute(source);
        }
        String above = CleanPath.absolute(source.substring(0, pivot));
        String below = CleanPath.relative(source.substring(pivot + 3));
        return (above.equals("/") ? "" : above) + "/./" + below;
    }

    private FileAction.How how(
            Optional<FileAction.Owner> owner, String mode, boolean wildcard, FileAction.Unpack unpack) {
        boolean several = copy.sources().size() + copy.documents().size() > 1;
        List<String> exclude =
                copy.flags().all("exclude").stream().map(this::excluded).toList();
        return new FileAction.How(
                owner,
                mode,
                wildcard,
                several,
                true,
                true,
                copy.flags().on("parents"),
                link,
                unpack,
                List.of(),
                exclude,
                Optional.empty());
    }

    private String excluded(Flag flag) {
        String pattern = expanded(flag);
        try {
            Patterns.of(List.of(pattern));
        } catch (InvalidArgument e) {
            throw flag.place().fault(e.why(), e.todo());
        }
        return pattern;
    }

    private void add(String source, FileAction.How how) {
        actions.add(new FileAction.Copy(inputs.size() - 1, source, destination(), how));
    }

    /// With a slash at its end if it is a directory.
    private String destination() {
        boolean several = copy.sources().size() + copy.documents().size() > 1;
        boolean directory = several
                || destination.endsWith("/")
                || destination.equals(".")
                || destination.equals("..")
                || destination.endsWith("/.")
                || destination.endsWith("/..")
                || destination.isEmpty();
        String path = CleanPath.from(stage.workdir(), destination);
        return directory && !path.equals("/") ? path + "/" : path;
    }

    private void ignored(String source) {
        if (!(conversion.wishes().context() instanceof Context.Local local)
                || local.ignored().isEmpty()) {
            return;
        }
        Patterns ignored = Patterns.of(local.ignored());
        String path = CleanPath.relative(source);
        boolean hidden = path.isEmpty()
                ? local.ignored().stream()
                        .anyMatch(p -> Set.of("*", "**", "**/*").contains(p))
                : ignored.matches(path);
        if (!ignored.takesBack() && hidden) {
            String shownPath = path.isEmpty() ? "." : path;
            conversion
                    .checks()
                    .report(
                            Rule.COPY_IGNORED_FILE,
                            steps.place(),
                            "Attempting to " + (copy.add() ? "Add" : "Copy") + " file \"" + shownPath
                                    + "\" that is excluded by .dockerignore");
        }
    }

    private void document(Heredoc document, Optional<FileAction.Owner> owner, String mode) {
        String text = document.text();
        if (document.expand()) {
            Expander.Expanded expanded = conversion.expander().document(document, steps::variable);
            conversion.undefined(expanded.unset(), stage, steps.place());
            text = expanded.text();
        }
        shown.append(" <<").append(document.name());
        String name = CleanPath.absolute(document.name());
        FileAction file = new FileAction.MakeFile(name, 0644, Content.of(text), Optional.empty(), conversion.time());
        inputs.add(Steps.edit(List.of(Files.NONE), List.of(file), Note.of("[internal] a document", 0)));
        add(name, how(owner, mode, false, FileAction.Unpack.NEVER));
    }

    private static Optional<GitUrl> git(String source, Place place) {
        try {
            return GitUrl.read(source);
        } catch (InvalidArgument e) {
            throw place.fault(e.why(), e.todo());
        }
    }

    private void git(GitUrl git, Place place, Optional<FileAction.Owner> owner, String mode) {
        String checksum = flag("checksum");
        if (!checksum.isEmpty() && !git.checksum().isEmpty() && !checksum.equals(git.checksum())) {
            throw place.fault(
                    "checksum mismatch: " + checksum + " and " + git.checksum(), "keep one of the two checksums");
        }
        if (!checksum.isEmpty() && !checksum.matches("[0-9a-f]{1,64}")) {
            throw place.fault("\"" + checksum + "\" is no beginning of a commit", "write its hex digits");
        }
        boolean keep = copy.flags().on("keep-git-dir") || git.keepGitDirectory();
        inputs.add(
                new Vertex(git.checksum(checksum).source(keep), List.of(), Note.of("load " + git.url(), place.line()))
                        .result());
        add("/", how(owner, mode, false, FileAction.Unpack.NEVER));
    }

    private void download(String url, Place place, Optional<FileAction.Owner> owner, String mode) {
        String checksum = flag("checksum");
        Optional<Digest> digest;
        try {
            digest = checksum.isEmpty() ? Optional.empty() : Optional.of(Digest.parse(checksum));
        } catch (InvalidArgument e) {
            throw place.fault(e.what() + ": " + e.why(), e.todo());
        }
        String name = fileName(url);
        if (name.isEmpty() && !destination().endsWith("/")) {
            name = "file";
        }
        Op op = new Op.HttpSource(url, digest, name, 0600, 0, 0);
        inputs.add(new Vertex(op, List.of(), Note.of("load " + url, place.line())).result());
        FileAction.Unpack unpack = unpack(false) ? FileAction.Unpack.ARCHIVES : FileAction.Unpack.NEVER;
        add("/" + name, how(owner, mode, false, unpack));
    }

    /// The last part of the path of a URL; empty when it has none.
    private static String fileName(String url) {
        String path = url.substring(url.indexOf("://") + 3).split("[?#]", 2)[0];
        int slash = path.lastIndexOf('/');
        String name = slash < 0 ? "" : path.substring(slash + 1);
        return name.equals(".") || name.equals("..") ? "" : name;
    }
}
