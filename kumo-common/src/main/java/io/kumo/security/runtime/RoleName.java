package io.kumo.security.runtime;

import io.kumo.protocol.Role;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** How a certificate says which role its owner has: an alternative name that is the URI {@code kumo://role/ROLE}. */
public final class RoleName {
    private static final String PREFIX = "kumo://role/";
    private static final int URI = 6;

    private RoleName() {}

    public static String of(Role role) {
        return PREFIX + role.word();
    }

    /** Empty unless there is exactly one role in it. */
    static Optional<Role> in(X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
        List<String> roles = names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.get(0).equals(URI))
                        .map(name -> String.valueOf(name.get(1)))
                        .filter(uri -> uri.startsWith(PREFIX))
                        .toList();
        return roles.size() == 1 ? Role.ofWord(roles.get(0).substring(PREFIX.length())) : Optional.empty();
    }

    /** CertificateException for one without a role, or with one that has no place there. */
    static Role require(X509Certificate certificate, boolean isNodeWanted) throws CertificateException {
        Role role = in(certificate)
                .orElseThrow(() -> new CertificateException("the certificate of "
                        + certificate.getSubjectX500Principal().getName() + " has no role: make it with 'kumoctl cert',"
                        + " or with the URI " + PREFIX + "ROLE among its alternative names"));
        if (isNodeWanted && !role.isNode()) {
            throw new CertificateException("the role " + role.word() + " is neither manager nor server");
        }
        return role;
    }
}
