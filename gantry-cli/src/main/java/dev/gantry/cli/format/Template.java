package dev.gantry.cli.format;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A template in the language of Go's text/template, as far as `--format` needs it: fields, pipelines, variables, `if`,
/// `range`, `with`, and the functions that the docker client adds.
public final class Template {
    private final List<Node> nodes;

    private Template(List<Node> nodes) {
        this.nodes = nodes;
    }

    /// A piece of a template.
    sealed interface Node {
        record Text(String text) implements Node {}

        record Print(Expression value) implements Node {}

        record Assign(String variable, Expression value) implements Node {}

        record If(Expression condition, List<Node> then, List<Node> otherwise, boolean with) implements Node {}

        record Range(String key, String item, Expression over, List<Node> body, List<Node> otherwise) implements Node {}
    }

    /// A value that is computed from the data.
    sealed interface Expression {
        record Constant(@Nullable Object value) implements Expression {}

        record Dot() implements Expression {}

        record Variable(String name) implements Expression {}

        record Field(Expression of, String name) implements Expression {}

        record Call(String function, List<Expression> arguments) implements Expression {}

        /// A field with arguments, as `.Label "key"`.
        record Apply(Expression target, List<Expression> arguments) implements Expression {}
    }

    /// @throws InvalidArgument when the text is not a template we know
    public static Template parse(String text) {
        return new Template(new TemplateParser(text).parse());
    }

    /// Prints `data`: a tree of maps, lists, texts, numbers and truth values.
    ///
    /// @throws InvalidArgument when the template names what the data does not have
    public String render(Map<String, ?> data) {
        return new TemplateRun(data).run(nodes);
    }

    static InvalidArgument wrong(String why) {
        return new InvalidArgument(
                "read the template of --format", why, "see --format json for what there is to print");
    }
}
