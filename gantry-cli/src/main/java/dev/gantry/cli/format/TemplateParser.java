package dev.gantry.cli.format;

import dev.gantry.cli.format.Template.Expression;
import dev.gantry.cli.format.Template.Node;
import java.util.ArrayList;
import java.util.List;

/// Reads a template: text outside of `{{` and `}}`, actions inside.
final class TemplateParser {
    private final List<Object> pieces = new ArrayList<>();
    private int at;

    /// The words of one action.
    private record Action(List<String> words) {}

    /// What a list of nodes ended with: `end`, `else`, or empty at the end of the text.
    private record Block(List<Node> nodes, String endedBy, List<String> rest) {}

    TemplateParser(String text) {
        split(text);
    }

    List<Node> parse() {
        Block block = block();
        if (!block.endedBy().isEmpty()) {
            throw Template.wrong("{{" + block.endedBy() + "}} has nothing to end");
        }
        return block.nodes();
    }

    private void split(String text) {
        int from = 0;
        boolean trimNext = false;
        while (true) {
            int open = text.indexOf("{{", from);
            String literal = open < 0 ? text.substring(from) : text.substring(from, open);
            if (trimNext) {
                literal = literal.stripLeading();
            }
            if (open < 0) {
                pieces.add(literal);
                return;
            }
            int start = open + 2;
            if (text.startsWith("- ", start)) {
                literal = literal.stripTrailing();
                start += 2;
            }
            int close = closing(text, start);
            int end = close;
            trimNext = text.startsWith(" -", close - 2) && close - 2 >= start;
            if (trimNext) {
                end = close - 2;
            }
            pieces.add(literal);
            String inside = text.substring(start, Math.max(start, end)).strip();
            if (!(inside.startsWith("/*") && inside.endsWith("*/"))) {
                pieces.add(new Action(words(inside)));
            }
            from = close + 2;
        }
    }

    private static int closing(String text, int start) {
        char quote = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\' && quote == '"') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '`') {
                quote = c;
            } else if (c == '}' && text.startsWith("}}", i)) {
                return i;
            }
        }
        throw Template.wrong("{{ is not closed");
    }

    private static List<String> words(String inside) {
        List<String> words = new ArrayList<>();
        int i = 0;
        while (i < inside.length()) {
            char c = inside.charAt(i);
            int from = i;
            if (Character.isWhitespace(c)) {
                i++;
                continue;
            }
            if (c == '(' || c == ')' || c == '|' || c == ',') {
                i++;
            } else if (c == '"' || c == '`') {
                i++;
                while (i < inside.length() && inside.charAt(i) != c) {
                    i += inside.charAt(i) == '\\' && c == '"' ? 2 : 1;
                }
                i++;
                if (i > inside.length()) {
                    throw Template.wrong("a text in " + inside + " is not closed");
                }
            } else {
                while (i < inside.length()
                        && !Character.isWhitespace(inside.charAt(i))
                        && "()|,\"`".indexOf(inside.charAt(i)) < 0) {
                    i++;
                }
            }
            words.add(inside.substring(from, i));
        }
        return words;
    }

    private Block block() {
        List<Node> nodes = new ArrayList<>();
        while (at < pieces.size()) {
            Object piece = pieces.get(at++);
            if (piece instanceof Action(List<String> words)) {
                if (words.isEmpty()) {
                    throw Template.wrong("{{}} says nothing");
                }
                List<String> rest = words.subList(1, words.size());
                switch (words.getFirst()) {
                    case "end", "else" -> {
                        return new Block(nodes, words.getFirst(), rest);
                    }
                    case "if" -> nodes.add(conditional(rest, false));
                    case "with" -> nodes.add(conditional(rest, true));
                    case "range" -> nodes.add(range(rest));
                    default -> nodes.add(statement(words));
                }
            } else if (piece instanceof String text && !text.isEmpty()) {
                nodes.add(new Node.Text(text));
            }
        }
        return new Block(nodes, "", List.of());
    }

    private static Node statement(List<String> words) {
        if (words.size() > 2
                && words.getFirst().startsWith("$")
                && (words.get(1).equals(":=") || words.get(1).equals("="))) {
            return new Node.Assign(words.getFirst(), new Pipeline(words.subList(2, words.size())).read());
        }
        return new Node.Print(new Pipeline(words).read());
    }

    private Node conditional(List<String> words, boolean with) {
        Expression condition = new Pipeline(words).read();
        Block then = block();
        List<Node> otherwise = List.of();
        if (then.endedBy().equals("else")) {
            if (!then.rest().isEmpty() && then.rest().getFirst().equals("if")) {
                otherwise =
                        List.of(conditional(then.rest().subList(1, then.rest().size()), false));
                return new Node.If(condition, then.nodes(), otherwise, with);
            }
            Block other = block();
            needEnd(other);
            otherwise = other.nodes();
        } else {
            needEnd(then);
        }
        return new Node.If(condition, then.nodes(), otherwise, with);
    }

    private Node range(List<String> words) {
        String key = "";
        String item = "";
        List<String> over = words;
        int assign = words.indexOf(":=");
        if (assign > 0) {
            over = words.subList(assign + 1, words.size());
            item = words.get(assign - 1);
            key = assign >= 3 ? words.getFirst() : "";
        }
        Expression list = new Pipeline(over).read();
        Block body = block();
        List<Node> otherwise = List.of();
        if (body.endedBy().equals("else")) {
            Block other = block();
            needEnd(other);
            otherwise = other.nodes();
        } else {
            needEnd(body);
        }
        return new Node.Range(key, item, list, body.nodes(), otherwise);
    }

    private static void needEnd(Block block) {
        if (!block.endedBy().equals("end")) {
            throw Template.wrong("an {{end}} is missing");
        }
    }

    /// Reads `a | b c | d`: each stage gets the value of the one before as its last argument.
    private static final class Pipeline {
        private final List<String> words;
        private int at;

        Pipeline(List<String> words) {
            this.words = words;
        }

        Expression read() {
            Expression value = stages();
            if (at < words.size()) {
                throw Template.wrong("'" + words.get(at) + "' is not expected here");
            }
            return value;
        }

        private Expression stages() {
            Expression value = stage(null);
            while (at < words.size() && words.get(at).equals("|")) {
                at++;
                value = stage(value);
            }
            return value;
        }

        private Expression stage(@org.jspecify.annotations.Nullable Expression piped) {
            if (at >= words.size()) {
                throw Template.wrong("a value is missing");
            }
            String first = words.get(at);
            boolean function = Character.isLetter(first.charAt(0)) && !TemplateRun.CONSTANTS.contains(first);
            List<Expression> arguments = new ArrayList<>();
            Expression target = new Expression.Dot();
            if (function) {
                at++;
                if (!TemplateFunctions.knows(first)) {
                    throw Template.wrong("there is no function '" + first + "'");
                }
            } else {
                target = operand();
            }
            while (at < words.size()
                    && !words.get(at).equals("|")
                    && !words.get(at).equals(")")) {
                arguments.add(operand());
            }
            if (piped != null) {
                arguments.add(piped);
            }
            if (function) {
                return new Expression.Call(first, arguments);
            }
            return arguments.isEmpty() ? target : new Expression.Apply(target, arguments);
        }

        private Expression operand() {
            String word = words.get(at++);
            char c = word.charAt(0);
            if (c == '(') {
                Expression inner = stages();
                if (at >= words.size() || !words.get(at++).equals(")")) {
                    throw Template.wrong("a ( is not closed");
                }
                if (at < words.size()
                        && words.get(at).startsWith(".")
                        && words.get(at).length() > 1) {
                    return fields(inner, words.get(at++));
                }
                return inner;
            }
            if (c == '"') {
                return new Expression.Constant(unquote(word.substring(1, word.length() - 1)));
            }
            if (c == '`') {
                return new Expression.Constant(word.substring(1, word.length() - 1));
            }
            if (c == '.') {
                return word.length() == 1 ? new Expression.Dot() : fields(new Expression.Dot(), word);
            }
            if (c == '$') {
                int dot = word.indexOf('.');
                Expression variable = new Expression.Variable(dot < 0 ? word : word.substring(0, dot));
                return dot < 0 ? variable : fields(variable, word.substring(dot));
            }
            switch (word) {
                case "true", "false" -> {
                    return new Expression.Constant(word.equals("true"));
                }
                case "nil" -> {
                    return new Expression.Constant(null);
                }
                default -> {}
            }
            try {
                return new Expression.Constant(
                        word.contains(".") ? (Object) Double.valueOf(word) : (Object) Long.valueOf(word));
            } catch (NumberFormatException _) {
                if (TemplateFunctions.knows(word)) {
                    return new Expression.Call(word, List.of());
                }
                throw Template.wrong("'" + word + "' is neither a field, a function nor a value");
            }
        }

        private static Expression fields(Expression of, String chain) {
            Expression value = of;
            for (String name : chain.substring(1).split("\\.", -1)) {
                if (name.isEmpty()) {
                    throw Template.wrong("'" + chain + "' names no field");
                }
                value = new Expression.Field(value, name);
            }
            return value;
        }

        private static String unquote(String text) {
            try {
                return text.translateEscapes();
            } catch (IllegalArgumentException _) {
                throw Template.wrong("\"" + text + "\" has an unknown escape");
            }
        }
    }
}
