package dev.gantry.build.dockerfile;

import dev.gantry.base.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/// Reads one instruction out of its line.
final class InstructionReader {
    private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9-_.]*");

    /// The flags of each instruction; those that are yes or no end with `?`, those that may come again with `*`.
    private static final Map<String, Set<String>> FLAGS = Map.of(
            "FROM", Set.of("platform"),
            "RUN", Set.of("mount*", "network", "security", "device*"),
            "COPY", Set.of("from", "chown", "chmod", "link?", "parents?", "exclude*"),
            "ADD", Set.of("keep-git-dir?", "checksum", "chown", "chmod", "link?", "unpack?", "exclude*"),
            "HEALTHCHECK", Set.of("interval", "timeout", "start-period", "start-interval", "retries"));

    private static final List<String> ALL = List.of(
            "ADD",
            "ARG",
            "CMD",
            "COPY",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "FROM",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "RUN",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR");

    private static final long LEAST_INTERVAL = 1_000_000;

    private final Words words;
    private final char escape;
    private final List<String> comments;
    private final int start;
    private final Word keyword;
    private final int afterFlags;
    private final Flags flags;

    InstructionReader(LogicalLine line, char escape, List<String> comments) {
        this(new Words(line, escape), escape, comments, 0);
    }

    private InstructionReader(Words words, char escape, List<String> comments, int start) {
        this.words = words;
        this.escape = escape;
        this.comments = List.copyOf(comments);
        this.start = words.skipBlanks(start);
        this.keyword = words.plain(start);
        if (!ALL.contains(name())) {
            throw keyword.place().fault("unknown instruction: " + name(), "use one of " + String.join(", ", ALL));
        }
        List<Flag> all = new ArrayList<>();
        int at = words.skipBlanks(words.endOfPlain(start));
        while (words.startsWith("--", at)) {
            Word word = words.flag(at);
            at = words.skipBlanks(words.endOfFlag(at));
            if (word.text().equals("--")) {
                break;
            }
            all.add(flag(word));
        }
        this.afterFlags = at;
        this.flags = all.isEmpty() ? Flags.NONE : new Flags(all);
        all.forEach(this::mustBeOnce);
    }

    private String name() {
        return keyword.text().toUpperCase(Locale.ROOT);
    }

    private Flag flag(Word word) {
        int equals = word.text().indexOf('=');
        boolean alone = equals < 0;
        String flag = word.text().substring(2, alone ? word.text().length() : equals);
        Set<String> known = FLAGS.getOrDefault(name(), Set.of());
        if (!known.contains(flag) && !known.contains(flag + "?") && !known.contains(flag + "*")) {
            List<String> names = known.stream()
                    .map(n -> "--" + n.replaceAll("[?*]", ""))
                    .sorted()
                    .toList();
            throw word.place()
                    .fault(
                            "unknown flag: --" + flag + " of " + name(),
                            names.isEmpty()
                                    ? "leave it out: " + name() + " has no flags"
                                    : "use " + String.join(", ", names));
        }
        if (alone && !known.contains(flag + "?")) {
            throw word.place().fault("the flag --" + flag + " has no value", "write --" + flag + "=value");
        }
        Flag read = new Flag(flag, alone ? "" : word.text().substring(equals + 1), alone, word.place());
        if (known.contains(flag + "?") && !alone && read.value().indexOf('$') < 0) {
            Flags.truth(read);
        }
        return read;
    }

    private void mustBeOnce(Flag flag) {
        boolean again = FLAGS.getOrDefault(name(), Set.of()).contains(flag.name() + "*");
        if (!again && flags.one(flag.name()).orElse(flag) != flag) {
            throw flag.place().fault("the flag --" + flag.name() + " is there twice", "keep one of them");
        }
    }

    /// The documents whose contents follow the line.
    List<Heredoc.Opening> openings() {
        return switch (name()) {
            case "ONBUILD" ->
                words.rest(afterFlags).text().regionMatches(true, 0, "ONBUILD", 0, 7)
                                || words.rest(afterFlags).text().isEmpty()
                        ? List.of()
                        : triggered().openings();
            case "RUN", "COPY", "ADD" -> {
                Word rest = words.rest(afterFlags);
                boolean exec = JsonWords.read(rest.text(), rest.place()).isPresent();
                yield exec
                        ? List.of()
                        : words.allQuoted(afterFlags).stream()
                                .filter(w -> Heredoc.Opening.is(w.text()))
                                .map(Heredoc.Opening::read)
                                .toList();
            }
            default -> List.of();
        };
    }

    private InstructionReader triggered() {
        return new InstructionReader(words, escape, List.of(), afterFlags);
    }

    /// @param documents the contents of `openings`
    Instruction read(List<Heredoc> documents, int lastLine) {
        Place from = words.at(start);
        Head head = new Head(
                new Place(from.line(), from.column(), Math.max(from.line(), lastLine)),
                keyword.text(),
                words.text().substring(start),
                comments);
        return switch (name()) {
            case "FROM" -> from(head);
            case "ARG" -> arg(head);
            case "ENV" -> new Instruction.Env(head, pairs());
            case "LABEL" -> new Instruction.Label(head, pairs());
            case "RUN" -> run(head, documents);
            case "COPY" -> copy(head, false, documents);
            case "ADD" -> copy(head, true, documents);
            case "CMD" -> command(Instruction.Cmd::new, head);
            case "ENTRYPOINT" -> command(Instruction.Entrypoint::new, head);
            case "SHELL" -> shell(head);
            case "WORKDIR" -> new Instruction.Workdir(head, needed("a path"));
            case "USER" -> new Instruction.User(head, needed("a user"));
            case "EXPOSE" -> expose(head);
            case "VOLUME" -> volume(head);
            case "STOPSIGNAL" -> new Instruction.StopSignal(head, needed("a signal"));
            case "MAINTAINER" ->
                new Instruction.Maintainer(head, needed("a name").text());
            case "HEALTHCHECK" -> health(head);
            case "ONBUILD" -> onBuild(head, documents, lastLine);
            default -> throw new IllegalStateException(name() + " has no reader");
        };
    }

    private Word needed(String what) {
        Word rest = words.rest(afterFlags);
        if (rest.text().isEmpty()) {
            throw rest.place().fault(name() + " has no argument", "write " + name() + " and " + what);
        }
        return rest;
    }

    private Instruction from(Head head) {
        List<Word> all = words.allPlain(afterFlags);
        boolean named = all.size() == 3 && all.get(1).text().equalsIgnoreCase("AS");
        if (all.size() != 1 && !named) {
            Place place =
                    all.size() > 1 ? all.get(1).place() : words.rest(afterFlags).place();
            throw place.fault("FROM requires either one or three arguments", "write FROM image, or FROM image AS name");
        }
        String written = named ? all.get(2).text() : "";
        String stage = written.toLowerCase(Locale.ROOT);
        if (named && !STAGE_NAME.matcher(stage).matches()) {
            throw all.get(2)
                    .place()
                    .fault(
                            "invalid name for build stage: \"" + written + "\"",
                            "begin with a letter, go on with letters, digits, - _ and .");
        }
        return new Instruction.From(
                head,
                flags.one("platform"),
                all.getFirst(),
                stage,
                written,
                named ? all.get(1).text() : "");
    }

    private Instruction arg(Head head) {
        needed("a name");
        List<Instruction.Variable> variables = new ArrayList<>();
        for (Word word : words.allQuoted(afterFlags)) {
            int equals = word.text().indexOf('=');
            String variable = equals < 0 ? word.text() : word.text().substring(0, equals);
            if (variable.isEmpty()) {
                throw word.place().fault("ARG names can not be blank", "write ARG name or ARG name=default");
            }
            Optional<String> value =
                    equals < 0 ? Optional.empty() : Optional.of(word.text().substring(equals + 1));
            variables.add(new Instruction.Variable(variable, value, word.place()));
        }
        return new Instruction.Arg(head, variables);
    }

    private List<Instruction.Pair> pairs() {
        Word rest = needed("name=value");
        List<Word> all = words.allQuoted(afterFlags);
        if (all.getFirst().text().indexOf('=') < 0) {
            Word first = words.plain(afterFlags);
            Word value = words.rest(words.endOfPlain(afterFlags));
            if (value.text().isEmpty()) {
                throw rest.place().fault(name() + " must have two arguments", "write " + name() + " name=value");
            }
            return List.of(new Instruction.Pair(first, value, true));
        }
        List<Instruction.Pair> pairs = new ArrayList<>();
        for (Word word : all) {
            int equals = word.text().indexOf('=');
            if (equals < 0) {
                throw word.place()
                        .fault("\"" + word.text() + "\" has no =", "write name=value, with quotes around blanks");
            }
            if (equals == 0) {
                throw word.place().fault(name() + " names can not be blank", "write name=value");
            }
            Place at = word.place();
            pairs.add(new Instruction.Pair(
                    new Word(word.text().substring(0, equals), at),
                    new Word(
                            word.text().substring(equals + 1),
                            new Place(at.line(), at.column() + equals + 1, at.lastLine())),
                    false));
        }
        return pairs;
    }

    private Instruction run(Head head, List<Heredoc> documents) {
        Word rest = needed("a command");
        flags.one("network").ifPresent(f -> mustBe(f, "default", "none", "host"));
        flags.one("security").ifPresent(f -> mustBe(f, "sandbox", "insecure"));
        List<MountFlag> mounts =
                flags.all("mount").stream().map(MountFlag::read).toList();
        return new Instruction.Run(head, flags, mounts, command(rest), rest.place(), documents);
    }

    private static void mustBe(Flag flag, String... values) {
        if (flag.value().indexOf('$') < 0 && !List.of(values).contains(flag.value())) {
            throw flag.place()
                    .fault(
                            "--" + flag.name() + " cannot be \"" + flag.value() + "\"",
                            "use " + String.join(", ", values));
        }
    }

    private Command command(Word rest) {
        return JsonWords.read(rest.text(), rest.place())
                .map(list -> new Command(true, list))
                .orElseGet(() -> new Command(false, List.of(rest.text())));
    }

    private Instruction command(BiFunction<Head, Command, Instruction> make, Head head) {
        return make.apply(head, command(needed("a command")));
    }

    private Instruction copy(Head head, boolean add, List<Heredoc> documents) {
        List<Word> all = new ArrayList<>(list());
        if (all.size() < 2) {
            Place place = all.isEmpty()
                    ? words.rest(afterFlags).place()
                    : all.getFirst().place();
            String why = all.isEmpty()
                    ? name() + " requires at least two arguments, but none was provided"
                    : name() + " requires at least two arguments, but only one was provided";
            throw place.fault(why, "write what is copied and, at the end, where to");
        }
        Word destination = all.removeLast();
        if (documents.stream().anyMatch(d -> d.place().equals(destination.place()))) {
            throw destination.place().fault("a document cannot be where files are copied to", "put the path last");
        }
        if (flags.one("from").isPresent() && !documents.isEmpty()) {
            throw documents
                    .getFirst()
                    .place()
                    .fault("a document is of no stage, and there is --from", "write a COPY of its own for it");
        }
        boolean exec = !all.isEmpty() && documents.isEmpty();
        List<Word> sources = exec
                ? all
                : all.stream().filter(w -> !Heredoc.Opening.is(w.text())).toList();
        return new Instruction.Copy(head, add, flags, sources, documents, destination);
    }

    /// Words between blanks, or those of a JSON list.
    private List<Word> list() {
        Word rest = words.rest(afterFlags);
        return JsonWords.read(rest.text(), rest.place())
                .map(json -> json.stream().map(w -> new Word(w, rest.place())).toList())
                .orElseGet(() -> words.allPlain(afterFlags));
    }

    private Instruction shell(Head head) {
        Word rest = needed("a JSON list");
        List<String> list = JsonWords.read(rest.text(), rest.place()).orElse(List.of());
        if (list.isEmpty()) {
            throw rest.place()
                    .fault("SHELL requires the arguments to be in JSON form", "write SHELL [\"/bin/sh\", \"-c\"]");
        }
        return new Instruction.Shell(head, list);
    }

    private Instruction expose(Head head) {
        needed("a port");
        return new Instruction.Expose(head, words.allPlain(afterFlags));
    }

    private Instruction volume(Head head) {
        Word rest = needed("a path");
        List<Word> paths = list();
        if (paths.isEmpty() || paths.stream().anyMatch(p -> p.text().isBlank())) {
            throw rest.place().fault("VOLUME specified can not be an empty string", "write VOLUME and paths");
        }
        return new Instruction.Volume(head, paths);
    }

    private Instruction health(Head head) {
        Word type = needed("CMD and a command, or NONE");
        Word kind = words.plain(afterFlags);
        Word rest = words.rest(words.endOfPlain(afterFlags));
        Optional<Command> command;
        switch (kind.text().toUpperCase(Locale.ROOT)) {
            case "NONE" -> {
                if (!rest.text().isEmpty() || !flags.all().isEmpty()) {
                    throw rest.place().fault("HEALTHCHECK NONE takes no arguments", "write HEALTHCHECK NONE alone");
                }
                command = Optional.empty();
            }
            case "CMD" -> {
                if (rest.text().isEmpty() || rest.text().equals("[]")) {
                    throw rest.place().fault("HEALTHCHECK CMD has no command", "write HEALTHCHECK CMD command");
                }
                command = Optional.of(command(rest));
            }
            default ->
                throw type.place()
                        .fault(
                                "HEALTHCHECK is neither CMD nor NONE but \"" + kind.text() + "\"",
                                "write HEALTHCHECK CMD command");
        }
        return new Instruction.HealthCheck(
                head,
                command,
                nanos("interval"),
                nanos("timeout"),
                nanos("start-period"),
                nanos("start-interval"),
                retries());
    }

    private long nanos(String name) {
        Optional<Flag> flag = flags.one(name);
        if (flag.isEmpty()) {
            return 0;
        }
        OptionalLong nanos = GoDuration.parse(flag.get().value());
        if (nanos.isEmpty() || nanos.getAsLong() > 0 && nanos.getAsLong() < LEAST_INTERVAL) {
            throw flag.get()
                    .place()
                    .fault(
                            "--" + name + "=" + flag.get().value() + " is no duration of 1ms or more",
                            "write one such as 1m30s");
        }
        return nanos.getAsLong();
    }

    private OptionalInt retries() {
        Optional<Flag> flag = flags.one("retries");
        if (flag.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!flag.get().value().matches("[0-9]{1,9}")) {
            throw flag.get()
                    .place()
                    .fault(
                            "--retries=" + flag.get().value() + " is no number from 0 on",
                            "write how many failures are too many");
        }
        return OptionalInt.of(Integer.parseInt(flag.get().value()));
    }

    private Instruction onBuild(Head head, List<Heredoc> documents, int lastLine) {
        Word rest = needed("an instruction");
        InstructionReader inner = triggered();
        if (inner.name().equals("ONBUILD")) {
            throw rest.place().fault("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", "write ONBUILD once");
        }
        if (inner.name().equals("FROM") || inner.name().equals("MAINTAINER")) {
            throw rest.place().fault(inner.name() + " isn't allowed as an ONBUILD trigger", "use another instruction");
        }
        StringBuilder expression = new StringBuilder(rest.text());
        for (Heredoc document : documents) {
            expression.append('\n').append(document.content()).append(document.name());
        }
        return new Instruction.OnBuild(head, expression.toString(), inner.read(documents, lastLine));
    }
}
