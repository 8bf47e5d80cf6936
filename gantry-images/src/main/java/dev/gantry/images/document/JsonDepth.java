package dev.gantry.images.document;

/// How deep objects and arrays are nested, found without a stack, so that a hostile document cannot
/// exhaust ours.
final class JsonDepth {
    static final int MAX = 64;

    private JsonDepth() {}

    static int of(byte[] json) {
        int depth = 0;
        int deepest = 0;
        boolean inText = false;
        for (int i = 0; i < json.length; i++) {
            switch (json[i]) {
                case '"' -> inText = !inText;
                case '\\' -> i += inText ? 1 : 0;
                case '{', '[' -> {
                    if (!inText) {
                        depth++;
                        deepest = Math.max(deepest, depth);
                    }
                }
                case '}', ']' -> depth -= inText ? 0 : 1;
                default -> {}
            }
        }
        return deepest;
    }
}
