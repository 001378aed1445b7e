// SPDX-License-Identifier: MIT
// Facts: the manuals of each tool (pip "Configuration", uv "Environment variables", conda "condarc", pipenv, pdm), and of
// requests, curl, git and node for certificates. The names of proxies are asked in both cases by libcurl, requests and urllib.
#include "policy/carried_variables.h"

namespace psbc::policy {
namespace {

using enum CarriedVariable::Kind;

constexpr CarriedVariable table[] = {
    {"ALL_PROXY", proxy},
    {"AWS_CA_BUNDLE", file},
    {"CONDA_CHANNELS", index},
    {"CONDA_CHANNEL_ALIAS", index},
    {"CONDA_DEFAULT_CHANNELS", index},
    {"CURL_CA_BUNDLE", file},
    {"FTP_PROXY", proxy},
    {"GIT_SSL_CAINFO", file},
    {"GIT_SSL_CAPATH", file},
    {"HTTPLIB2_CA_CERTS", file},
    {"HTTPS_PROXY", proxy},
    {"HTTP_PROXY", proxy},
    {"NODE_EXTRA_CA_CERTS", file},
    {"NO_PROXY", plain},
    {"PDM_PYPI_URL", index},
    {"PIPENV_PYPI_MIRROR", index},
    {"PIP_CERT", file},
    {"PIP_EXTRA_INDEX_URL", index},
    {"PIP_FIND_LINKS", index},
    {"PIP_INDEX_URL", index},
    {"PIP_NO_BINARY", plain},
    {"PIP_NO_INDEX", plain},
    {"PIP_ONLY_BINARY", plain},
    {"PIP_PROXY", proxy},
    {"PIP_PYPI_URL", index},
    {"PIP_REQUIRE_HASHES", plain},
    {"PIP_TRUSTED_HOST", plain},
    {"PIP_UPLOADED_PRIOR_TO", plain},
    {"POETRY_PYPI_MIRROR_URL", index},
    {"REQUESTS_CA_BUNDLE", file},
    {"SSL_CERT_DIR", file},
    {"SSL_CERT_FILE", file},
    {"UV_DEFAULT_INDEX", index},
    {"UV_EXCLUDE_NEWER", plain},
    {"UV_EXTRA_INDEX_URL", index},
    {"UV_FIND_LINKS", index},
    {"UV_INDEX", index},
    {"UV_INDEX_STRATEGY", plain},
    {"UV_INDEX_URL", index},
    {"UV_INSECURE_HOST", plain},
    {"UV_NATIVE_TLS", plain},
    {"UV_NO_BUILD", plain},
    {"UV_NO_INDEX", plain},
    {"UV_REQUIRE_HASHES", plain},
    {"all_proxy", proxy},
    {"ftp_proxy", proxy},
    {"http_proxy", proxy},
    {"https_proxy", proxy},
    {"no_proxy", plain},
};

} // namespace

std::span<const CarriedVariable> carried_variables() { return table; }

} // namespace psbc::policy
