package dev.gantry.build.context;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.FileType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Finds what paths mean in a tree. Links lead from its root, and never out of it.
public final class Finding {
    private static final int MOST_LINKS = 40; // as the kernel, path_resolution(7)

    private final SourceTree tree;

    public Finding(SourceTree tree) {
        this.tree = tree;
    }

    /// The path without links in its directories, and with `last` in its last name either; empty when there is
    /// nothing.
    public Optional<String> real(String path, boolean last) {
        Deque<String> todo = new ArrayDeque<>(parts(path));
        Deque<String> done = new ArrayDeque<>();
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.equals("..")) {
                done.pollLast();
                continue;
            }
            done.addLast(name);
            Optional<SourceTree.Node> node = tree.find(String.join("/", done));
            if (node.isEmpty()) {
                return Optional.empty();
            }
            if (node.get().type() == FileType.SYMLINK && (last || !todo.isEmpty())) {
                if (++links > MOST_LINKS) {
                    throw new InvalidArgument("find /" + path, "its links lead in a circle", "mend the links");
                }
                done.removeLast();
                if (node.get().link().startsWith("/")) {
                    done.clear();
                }
                List<String> more = parts(node.get().link());
                for (int i = more.size() - 1; i >= 0; i--) {
                    todo.push(more.get(i));
                }
            }
        }
        return Optional.of(String.join("/", done));
    }

    /// All that a pattern means, in the order of their names: `*`, `?`, `[…]` as path/filepath of Go has them, and `**`
    /// for any directories.
    public List<String> matching(String pattern) {
        List<String> found = new ArrayList<>(List.of(""));
        for (String part : parts(pattern)) {
            List<String> next = new ArrayList<>();
            for (String at : found) {
                step(at, part, next);
            }
            found = next;
        }
        return found.stream().distinct().sorted().toList();
    }

    private void step(String at, String part, List<String> next) {
        if (part.equals("..")) {
            int slash = at.lastIndexOf('/');
            next.add(slash < 0 ? "" : at.substring(0, slash));
        } else if (part.equals("**")) {
            next.add(at);
            directoriesBelow(at, next);
        } else if (!isPattern(part)) {
            String path = below(at, part);
            real(path, false).filter(p -> tree.find(p).isPresent()).ifPresent(_ -> next.add(path));
        } else {
            Optional<String> directory = real(at, true);
            Pattern wanted = regex(part);
            directory.ifPresent(d -> tree.names(d).stream()
                    .filter(n -> wanted.matcher(n).matches())
                    .forEach(n -> next.add(below(at, n))));
        }
    }

    private void directoriesBelow(String at, List<String> next) {
        for (String name : tree.names(at)) {
            String path = below(at, name);
            if (tree.find(path).filter(n -> n.type() == FileType.DIRECTORY).isPresent()) {
                next.add(path);
                directoriesBelow(path, next);
            }
        }
    }

    public static boolean isPattern(String path) {
        return path.indexOf('*') >= 0 || path.indexOf('?') >= 0 || path.indexOf('[') >= 0 || path.indexOf('\\') >= 0;
    }

    public static String below(String directory, String name) {
        return directory.isEmpty() ? name : name.isEmpty() ? directory : directory + "/" + name;
    }

    static List<String> parts(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    private static Pattern regex(String part) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '\\' -> {
                    i++;
                    regex.append(Pattern.quote(i < part.length() ? part.substring(i, i + 1) : "\\"));
                }
                case '[' -> {
                    int end = part.indexOf(']', part.startsWith("[^]", i) ? i + 3 : i + 2);
                    if (end < 0) {
                        throw wrong(part);
                    }
                    regex.append(
                            part.substring(i, end + 1).replace("&&", "&\\&").replace("[[", "[\\["));
                    i = end;
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw wrong(part);
        }
    }

    private static InvalidArgument wrong(String part) {
        return new InvalidArgument("find " + part, "it is no pattern", "close its brackets");
    }
}
