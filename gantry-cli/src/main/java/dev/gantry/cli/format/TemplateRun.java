package dev.gantry.cli.format;

import dev.gantry.cli.format.Template.Expression;
import dev.gantry.cli.format.Template.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One rendering of a template over one tree of data.
final class TemplateRun {
    static final Set<String> CONSTANTS = Set.of("true", "false", "nil");

    private final Object root;
    private final Map<String, @Nullable Object> variables = new HashMap<>();
    private final StringBuilder text = new StringBuilder();

    TemplateRun(Object root) {
        this.root = root;
        variables.put("$", root);
    }

    String run(List<Node> nodes) {
        walk(nodes, root);
        return text.toString();
    }

    private void walk(List<Node> nodes, @Nullable Object dot) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Text(String literal) -> text.append(literal);
                case Node.Print(Expression value) -> text.append(TemplateFunctions.show(value(value, dot)));
                case Node.Assign(String variable, Expression value) -> variables.put(variable, value(value, dot));
                case Node.If(Expression condition, List<Node> then, List<Node> otherwise, boolean with) -> {
                    Object value = value(condition, dot);
                    boolean holds = TemplateFunctions.isTrue(value);
                    walk(holds ? then : otherwise, holds && with ? value : dot);
                }
                case Node.Range range -> walkRange(range, dot);
            }
        }
    }

    private void walkRange(Node.Range range, @Nullable Object dot) {
        Object over = value(range.over(), dot);
        if (!TemplateFunctions.isTrue(over)) {
            walk(range.otherwise(), dot);
            return;
        }
        switch (over) {
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    walkItem(range, (long) i, list.get(i));
                }
            }
            case Map<?, ?> map -> {
                // As in Go: by sorted keys.
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
                sorted.forEach((key, item) -> walkItem(range, key, item));
            }
            case null, default -> throw Template.wrong("range wants a list, not " + TemplateFunctions.show(over));
        }
    }

    private void walkItem(Node.Range range, Object key, @Nullable Object item) {
        if (!range.key().isEmpty()) {
            variables.put(range.key(), key);
        }
        if (!range.item().isEmpty()) {
            variables.put(range.item(), item);
        }
        walk(range.body(), item);
    }

    private @Nullable Object value(Expression expression, @Nullable Object dot) {
        return switch (expression) {
            case Expression.Constant(Object constant) -> constant;
            case Expression.Dot() -> dot;
            case Expression.Variable(String name) -> {
                if (!variables.containsKey(name)) {
                    throw Template.wrong("there is no variable " + name);
                }
                yield variables.get(name);
            }
            case Expression.Field(Expression of, String name) -> field(value(of, dot), name);
            case Expression.Call(String function, List<Expression> arguments) -> call(function, arguments, dot);
            case Expression.Apply(Expression target, List<Expression> arguments) -> {
                if (value(target, dot) instanceof UnaryOperator<?> function && arguments.size() == 1) {
                    yield apply(function, TemplateFunctions.show(value(arguments.getFirst(), dot)));
                }
                throw Template.wrong("a value is given arguments, but is no function");
            }
        };
    }

    @SuppressWarnings("unchecked") // rows hold functions of texts only
    private static Object apply(UnaryOperator<?> function, String argument) {
        return ((UnaryOperator<String>) function).apply(argument);
    }

    /// `and` and `or` look at no more arguments than they must, as in Go.
    private @Nullable Object call(String function, List<Expression> arguments, @Nullable Object dot) {
        if (function.equals("and") || function.equals("or")) {
            Object last = null;
            for (Expression argument : arguments) {
                last = value(argument, dot);
                if (TemplateFunctions.isTrue(last) == function.equals("or")) {
                    break;
                }
            }
            return last;
        }
        Object[] values = new Object[arguments.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(arguments.get(i), dot);
        }
        return TemplateFunctions.call(function, values);
    }

    private static @Nullable Object field(@Nullable Object of, String name) {
        if (of instanceof Map<?, ?> map) {
            if (!map.containsKey(name)) {
                throw Template.wrong("there is no field '" + name + "'");
            }
            return map.get(name);
        }
        throw Template.wrong("'" + name + "' is asked of a value without fields");
    }
}
