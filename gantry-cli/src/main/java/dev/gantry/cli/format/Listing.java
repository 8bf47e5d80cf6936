package dev.gantry.cli.format;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Prints rows in the caller's format: the default table, `table TEMPLATE`, `json`, or a template for each row.
/// A row holds texts by placeholder, or a function for placeholders that take an argument.
public final class Listing {
    private final String defaultTemplate;
    private final Map<String, String> headers;

    /// `headers` are the titles of columns by placeholder.
    public Listing(String defaultTemplate, Map<String, String> headers) {
        this.defaultTemplate = defaultTemplate;
        this.headers = headers;
    }

    public String print(String format, List<Map<String, Object>> rows) {
        if (format.isEmpty() || format.equals("table")) {
            return table(defaultTemplate, rows);
        }
        if (format.startsWith("table ")) {
            return table(unescape(format.substring("table ".length())), rows);
        }
        StringBuilder text = new StringBuilder();
        if (format.equals("json")) {
            rows.forEach(row -> text.append(Json.write(texts(row))).append('\n'));
            return text.toString();
        }
        Template template = Template.parse(unescape(format));
        rows.forEach(row -> text.append(template.render(row)).append('\n'));
        return text.toString();
    }

    /// Tabs and line ends as a shell passes them: two characters.
    public static String unescape(String format) {
        return format.replace("\\t", "\t").replace("\\n", "\n");
    }

    private String table(String source, List<Map<String, Object>> rows) {
        Template template = Template.parse(source);
        Table table = new Table();
        table.row(template.render(headers));
        rows.forEach(row -> table.row(template.render(row)));
        return table.text();
    }

    private static Map<String, Object> texts(Map<String, Object> row) {
        Map<String, Object> texts = new TreeMap<>();
        row.forEach((name, value) -> {
            if (value instanceof String) {
                texts.put(name, value);
            }
        });
        return texts;
    }
}
