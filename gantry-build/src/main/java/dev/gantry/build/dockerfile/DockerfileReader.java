package dev.gantry.build.dockerfile;

import java.util.ArrayList;
import java.util.List;

/// Joins the lines of a Dockerfile to instructions, with the documents that belong to them.
final class DockerfileReader {
    /// Dockerfiles are written by people; generators of larger ones write JSON.
    private static final int LONGEST = 4 << 20;

    private static final int MOST_INSTRUCTIONS = 10_000;

    private final List<String> lines;
    private final char escape;
    private final List<Place> emptyContinuations = new ArrayList<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private int next;

    private DockerfileReader(List<String> lines, char escape, int first) {
        this.lines = lines;
        this.escape = escape;
        this.next = first;
    }

    static Dockerfile read(String text) {
        List<String> lines = lines(text);
        Directives directives = Directives.read(lines);
        DockerfileReader reader = new DockerfileReader(lines, directives.escape(), directives.lines());
        reader.readAll();
        return reader.dockerfile(directives);
    }

    static Instruction trigger(String expression, char escape) {
        DockerfileReader reader = new DockerfileReader(lines(expression), escape, 0);
        reader.readAll();
        if (reader.instructions.size() != 1) {
            throw Place.START.fault("\"" + expression + "\" is not one instruction", "keep one in each ONBUILD");
        }
        return reader.instructions.getFirst();
    }

    private static List<String> lines(String text) {
        if (text.length() > LONGEST) {
            throw Place.START.fault(
                    "it has more than " + (LONGEST >> 20) + " MiB", "keep data in files of the context");
        }
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        int nul = body.indexOf('\0');
        if (nul >= 0) {
            int line =
                    (int) body.substring(0, nul).chars().filter(c -> c == '\n').count() + 1;
            int column = nul - body.lastIndexOf('\n', nul);
            throw new Place(line, column, line).fault("it has a zero byte", "save it as a text in UTF-8");
        }
        List<String> lines = new ArrayList<>();
        for (int from = 0; from < body.length(); ) {
            int end = body.indexOf('\n', from);
            int to = end < 0 ? body.length() : end;
            lines.add(body.substring(from, to > from && body.charAt(to - 1) == '\r' ? to - 1 : to));
            from = to + 1;
        }
        return lines;
    }

    private void readAll() {
        List<String> comments = new ArrayList<>();
        while (next < lines.size()) {
            String line = lines.get(next).stripLeading();
            if (line.isEmpty()) {
                comments.clear();
                next++;
            } else if (line.startsWith("#")) {
                comments.add(line.substring(1).strip());
                next++;
            } else {
                LogicalLine logical = join();
                if (!logical.text().isEmpty()) {
                    add(logical, comments);
                }
                comments.clear();
            }
        }
    }

    private void add(LogicalLine line, List<String> comments) {
        if (instructions.size() == MOST_INSTRUCTIONS) {
            throw line.at(0).fault("it has more than " + MOST_INSTRUCTIONS + " instructions", "divide it into several");
        }
        InstructionReader reader = new InstructionReader(line, escape, comments);
        List<Heredoc> documents = new ArrayList<>();
        for (Heredoc.Opening opening : reader.openings()) {
            documents.add(document(opening));
        }
        instructions.add(reader.read(documents, lines.isEmpty() ? 1 : next));
    }

    private LogicalLine join() {
        LogicalLine logical = new LogicalLine();
        int first = next;
        boolean more = true;
        while (more && next < lines.size()) {
            String line = lines.get(next);
            int indent = line.length() - line.stripLeading().length();
            int number = ++next;
            if (number - 1 > first && line.startsWith("#", indent)) {
                continue;
            }
            if (number - 1 > first && indent == line.length()) {
                emptyContinuations.add(new Place(number, 1, number));
                continue;
            }
            int join = joinedAt(line);
            more = join >= 0;
            int from = number - 1 == first ? indent : 0;
            logical.add(line.substring(from, Math.max(from, more ? join : line.length())), number, from + 1);
        }
        return logical;
    }

    /// Where the character is that joins this line to the next, or -1. Two of them are one that is meant.
    private int joinedAt(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
            end--;
        }
        boolean joined = end > 0 && line.charAt(end - 1) == escape && (end == 1 || line.charAt(end - 2) != escape);
        return joined ? end - 1 : -1;
    }

    private Heredoc document(Heredoc.Opening opening) {
        StringBuilder content = new StringBuilder();
        while (next < lines.size()) {
            String line = lines.get(next++);
            if (opening.isEndedBy(line)) {
                return new Heredoc(
                        opening.name(), content.toString(), opening.expand(), opening.chomp(), opening.place());
            }
            content.append(line).append('\n');
        }
        throw opening.place()
                .fault("the document that begins here has no end", "end it with a line \"" + opening.name() + "\"");
    }

    private Dockerfile dockerfile(Directives directives) {
        List<Instruction.Arg> globals = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        List<Instruction> stage = new ArrayList<>();
        for (int i = instructions.size() - 1; i >= 0; i--) {
            if (instructions.get(i) instanceof Instruction.From from) {
                stages.addFirst(new Stage(from, stage.reversed()));
                stage.clear();
            } else {
                stage.add(instructions.get(i));
            }
        }
        for (Instruction instruction : stage.reversed()) {
            if (!(instruction instanceof Instruction.Arg arg)) {
                throw instruction
                        .place()
                        .fault(
                                instruction.head().keyword() + " stands before any stage",
                                "begin with FROM; only ARG may stand before it");
            }
            globals.add(arg);
        }
        if (stages.isEmpty()) {
            throw new Place(Math.max(1, lines.size()), 1, Math.max(1, lines.size()))
                    .fault("it has no stage", "begin with FROM image");
        }
        return new Dockerfile(directives, globals, stages, emptyContinuations);
    }
}
