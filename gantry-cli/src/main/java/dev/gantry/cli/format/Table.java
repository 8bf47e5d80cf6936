package dev.gantry.cli.format;

import java.util.ArrayList;
import java.util.List;

/// Aligns lines at their tabs, as the docker client's tables are: columns at least ten wide, three blanks between.
public final class Table {
    private static final int LEAST = 10;
    private static final int GAP = 3;

    private final List<String[]> rows = new ArrayList<>();

    /// Adds one line; tabs end its cells.
    public Table row(String line) {
        rows.add(line.split("\t", -1));
        return this;
    }

    public String text() {
        int columns = rows.stream().mapToInt(r -> r.length - 1).max().orElse(0);
        int[] width = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < row.length - 1; i++) {
                width[i] = Math.max(width[i], Math.max(LEAST, length(row[i]) + GAP));
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                text.append(row[i]);
                if (i < row.length - 1) {
                    text.repeat(' ', width[i] - length(row[i]));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
