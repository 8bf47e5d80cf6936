package dev.gantry.images.layer;

import dev.gantry.base.InvalidArgument;

/// Why a tar is refused. It has no stack: hostile archives are data, not bugs.
final class TarFault extends RuntimeException {
    private static final int LONGEST = 120;

    TarFault(String why) {
        super(why, null, false, false);
    }

    /// A name from an archive, made fit to be shown: no control characters, not a megabyte.
    static String shown(String name) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < name.length() && out.length() < LONGEST; i++) {
            char c = name.charAt(i);
            out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return name.length() > LONGEST ? out + "…" : out.toString();
    }

    InvalidArgument of(String what) {
        return new InvalidArgument(what, getMessage(), "make the archive again, and distrust its source", this);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
