// OpenSSL as Swift sees it. Its macros do not import, so those that are used have a function of the same name here that
// starts with `shim_`, and its 64-bit flags a constant.
#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static const uint64_t shim_SSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t shim_SSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t shim_SSL_OP_CIPHER_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;

static inline int shim_EVP_MAC_init_SHA256(EVP_MAC_CTX *context, const unsigned char *key, size_t count) {
    char digest[] = "SHA2-256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_init(context, key, count, parameters);
}

static inline int shim_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int shim_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_max_proto_version(context, version);
}

static inline void shim_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}

static inline void shim_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int shim_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *groups) {
    return (int)SSL_CTX_set1_groups_list(context, groups);
}

static inline int shim_SSL_set_tlsext_host_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline void shim_SSL_set_msg_callback_arg(SSL *session, void *argument) {
    SSL_set_msg_callback_arg(session, argument);
}

static inline void shim_BIO_set_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

static inline void shim_BIO_clear_retry_flags(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

static inline void shim_OPENSSL_free(void *memory) {
    OPENSSL_free(memory);
}

// The certificate at a place of the chain that a context sends after its own, or NULL past the end.
static inline X509 *shim_SSL_CTX_chain_certificate(SSL_CTX *context, int index) {
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(context, &chain);
    return index < sk_X509_num(chain) ? sk_X509_value(chain, index) : NULL;
}

static inline int shim_sk_GENERAL_NAME_num(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

// The text of the name at a place of a subjectAltName and its kind, GEN_DNS or GEN_URI; NULL for other kinds.
static inline const ASN1_STRING *shim_GENERAL_NAME_text(const GENERAL_NAMES *names, int index, int *kind) {
    void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), kind);
    return *kind == GEN_DNS || *kind == GEN_URI ? (const ASN1_STRING *)value : NULL;
}
