package dev.gantry.base;

import java.util.regex.Pattern;

/// The name of an image in full: repository and tag, or repository and digest. What a user leaves out is filled in when
/// the text is read, as Docker does; [#familiar] leaves it out again.
///
/// ```java
/// Reference r = Reference.parse("debian");
/// r.toString();  // docker.io/library/debian:latest
/// r.familiar();  // debian:latest
/// ```
public sealed interface Reference {
    String DEFAULT_TAG = "latest";

    Repository repository();

    /// The full form; [#parse] returns an equal reference.
    @Override
    String toString();

    /// The short form for people; [#parse] returns an equal reference.
    String familiar();

    /// A name that can be moved to another image.
    record Tagged(Repository repository, String tag) implements Reference {
        private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

        public Tagged {
            if (!TAG.matcher(tag).matches()) {
                throw Repository.malformed(
                        repository + ":" + tag,
                        "a tag is at most 128 letters, digits and . _ - not starting with . or -");
            }
        }

        @Override
        public String familiar() {
            return repository.familiar() + ":" + tag;
        }

        @Override
        public String toString() {
            return repository + ":" + tag;
        }
    }

    /// A name that always means the same bytes. A tag written beside the digest (`debian:12@sha256:…`) decides nothing
    /// and is not kept.
    record Pinned(Repository repository, Digest digest) implements Reference {
        @Override
        public String familiar() {
            return repository.familiar() + "@" + digest;
        }

        @Override
        public String toString() {
            return repository + "@" + digest;
        }
    }

    /// Reads what a user or a manifest wrote; [InvalidArgument] when it is no reference.
    static Reference parse(String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        int colon = name.lastIndexOf(':');
        // A colon before the last slash belongs to a port.
        boolean tagged = colon > name.lastIndexOf('/');
        Repository repository = Repository.parse(tagged ? name.substring(0, colon) : name);
        Tagged byTag = new Tagged(repository, tagged ? name.substring(colon + 1) : DEFAULT_TAG);
        return at < 0 ? byTag : new Pinned(repository, Digest.parse(text.substring(at + 1)));
    }
}
