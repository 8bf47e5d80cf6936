package dev.gantry.images.registry;

/// Who we are to one registry. `toString` never shows a secret.
public sealed interface Credentials {
    Credentials ANONYMOUS = new Anonymous();

    record Anonymous() implements Credentials {}

    record Password(String user, String password) implements Credentials {
        @Override
        public String toString() {
            return "Password[user=" + user + "]";
        }
    }

    /// An OAuth2 refresh token, as `docker login` keeps it for some registries.
    record IdentityToken(String token) implements Credentials {
        @Override
        public String toString() {
            return "IdentityToken[]";
        }
    }

    /// A bearer token to send as it is.
    record RegistryToken(String token) implements Credentials {
        @Override
        public String toString() {
            return "RegistryToken[]";
        }
    }
}
