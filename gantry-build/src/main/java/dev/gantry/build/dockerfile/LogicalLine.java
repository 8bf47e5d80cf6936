package dev.gantry.build.dockerfile;

import java.util.ArrayList;
import java.util.List;

/// An instruction in one line, which remembers where each character of it is written.
final class LogicalLine {
    private record Piece(int offset, int line, int column) {}

    private final StringBuilder text = new StringBuilder();
    private final List<Piece> pieces = new ArrayList<>();
    private int lastLine;

    /// @param column from 1
    void add(String piece, int line, int column) {
        pieces.add(new Piece(text.length(), line, column));
        text.append(piece);
        lastLine = line;
    }

    /// Blanks at its end do not count.
    String text() {
        return text.toString().stripTrailing();
    }

    int lastLine() {
        return lastLine;
    }

    Place at(int offset) {
        int low = 0;
        int high = pieces.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (pieces.get(middle).offset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Piece piece = pieces.get(low);
        return new Place(piece.line(), piece.column() + offset - piece.offset(), lastLine);
    }
}
