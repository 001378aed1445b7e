// SPDX-License-Identifier: MIT
#include "policy/secret_scan.h"

#include "policy/secret_words.h"
#include "support/catch.h"

using namespace psbc::policy;

namespace {

/// "kind: redacted" of the only finding; empty when there is none.
std::string scan_one(std::string_view line) {
  const auto findings = scan_secrets(line);
  if (findings.empty()) return {};
  CHECK(findings.size() == 1);
  return findings[0].kind + ": " + findings[0].redacted;
}

} // namespace

TEST_CASE("the suite's planted key is found, by line, and nothing of it is shown") {
  const auto findings =
      scan_secrets("alias ll='ls -l'\nexport SBT_RC_BASH_API_KEY=CNRY_0123456789abcdef01234567\n");
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].line == 2);
  CHECK(findings[0].kind == "value of a secret name");
  CHECK(findings[0].redacted == "SBT_RC_BASH_API_KEY=****");
}

TEST_CASE("secrets are found in the languages of rc files") {
  struct Row {
    std::string_view line, found;
  };
  const Row rows[] = {
      // bash, zsh, sh
      {"export OPENAI_API_KEY=abcd1234", "value of a secret name: OPENAI_API_KEY=****"},
      {"MY_TOKEN='a b c d'", "value of a secret name: MY_TOKEN=****"},
      {"declare -x DB_PASSWORD=\"hunter2\"", "value of a secret name: DB_PASSWORD=****"},
      {"typeset -gx CORP_SECRET=hunter2", "value of a secret name: CORP_SECRET=****"},
      {"export A=1 ACME_PASSPHRASE=correct-horse B=2", "value of a secret name: ACME_PASSPHRASE=****"},
      {"PGPASSWORD=hunter2 psql -h db", "value of a secret name: PGPASSWORD=****"},
      {"alias db='MYSQL_PWD=hunter2 mysql'", "value of a secret name: MYSQL_PWD=****"},
      {"alias x=\"TOKEN=\\\"hunter2\\\" run\"", "value of a secret name: TOKEN=****"},
      {": \"${DB_PASSWORD:=hunter2}\"", "value of a secret name: DB_PASSWORD=****"},
      {"export X_TOKEN=${X_TOKEN:-hunter2}", "value of a secret name: X_TOKEN=****"},
      {"# export OLD_API_TOKEN=hunter2", "value of a secret name: OLD_API_TOKEN=****"},
      {"export AWS_SECRET_ACCESS_KEY=/abcDEF123abcDEF123abcDEF123abcDEF123/ab",
       "value of a secret name: AWS_SECRET_ACCESS_KEY=****"},
      {"export DEPLOY_SIGNING_KEY=a1b2c3d4e5f6a7b8c9", "value of a secret name: DEPLOY_SIGNING_KEY=****"},
      {"export PREFIXED_TOKEN=\"$BASE-a1b2c3d4e5f6a7b8c9\"", "value of a secret name: PREFIXED_TOKEN=****"},
      {"sshpass -p hunter2 ssh host", "value of a secret name: sshpass -p ****"},
      {"tool --api-token hunter2 go", "value of a secret name: --api-token ****"},
      {"tool --password=hunter2", "value of a secret name: --password=****"},
      // fish, csh
      {"set -x HF_TOKEN hunter2", "value of a secret name: HF_TOKEN ****"},
      {"set -gx --path MY_API_KEY \"hunter2\"", "value of a secret name: MY_API_KEY ****"},
      {"set -Ux DB_PASSWORD 'hunter two'", "value of a secret name: DB_PASSWORD ****"},
      {"setenv DB_PASSWORD hunter2", "value of a secret name: DB_PASSWORD ****"},
      // ini, toml, yaml, json, vim, lua, npmrc, netrc
      {"password = hunter2", "value of a secret name: password=****"},
      {"\toauth_token = hunter2", "value of a secret name: oauth_token=****"},
      {"api_key = \"hunter2\" # prod", "value of a secret name: api_key=****"},
      {"password: hunter2", "value of a secret name: password=****"},
      {"  \"apiToken\": \"hunter2\",", "value of a secret name: apiToken=****"},
      {"let g:gist_token = 'hunter2'", "value of a secret name: gist_token=****"},
      {"vim.g.api_key = 'hunter2'", "value of a secret name: vim.g.api_key=****"},
      {"os.environ[\"HF_TOKEN\"] = \"hunter2\"", "value of a secret name: HF_TOKEN=****"},
      {"//registry.npmjs.org/:_authToken=hunter2", "value of a secret name: _authToken=****"},
      {"\"auth\": \"dXNlcjpodW50ZXIy1a2b3c\"", "value of a secret name: auth=****"},
      {"machine x.org login me password hunter2", "value of a secret name: password ****"},
      {"  password hunter2", "value of a secret name: password ****"},
      // headers and URLs
      {"curl -H 'Authorization: Bearer hunter2hunter2' x", "authorization header: Authorization: ****"},
      {"header = \"authorization: basic dXNlcjpodW50ZXIy\"", "authorization header: Authorization: ****"},
      {"curl -H \"X-Api-Key: hunter2\" x", "value of a secret name: X-Api-Key=****"},
      {"index-url = https://me:hunter2@pypi.corp/simple", "password in a URL: https://****"},
      {"export DATABASE_URL=postgres+asyncpg://u:p%40ss@db/x", "password in a URL: postgres+asyncpg://****"},
      {"redis://:hunter2@localhost", "password in a URL: redis://****"},
      {"git clone https://a1b2c3d4e5f6a7b8c9d0@git.corp/x", "password in a URL: https://****"},
      {"curl https://x.org/?access_token=hunter2&y=1", "value of a secret name: access_token=****"},
      // keys
      {"-----BEGIN OPENSSH PRIVATE KEY-----", "private key: ****"},
      {"  \"private_key\": \"-----BEGIN RSA PRIVATE KEY-----\\nMII", "private key: ****"},
      {"-----BEGIN PGP PRIVATE KEY BLOCK-----", "private key: ****"},
      {"PuTTY-User-Key-File-3: ssh-ed25519", "private key: ****"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    CHECK(scan_one(row.line) == row.found);
  }
}

TEST_CASE("references, placeholders, paths and settings are not secrets") {
  for (const std::string_view line : {
           "export HF_TOKEN=$OTHER_TOKEN",
           "export HF_TOKEN=\"$(pass show hf)\"",
           "export HF_TOKEN=`cat ~/.hf`",
           "export HF_TOKEN=",
           "export HF_TOKEN=''",
           "export HF_TOKEN",
           "export HF_TOKEN=<token>",
           "export HF_TOKEN=xxxxxxxx",
           "export HF_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
           "export DB_PASSWORD=changeme",
           "export DB_PASSWORD=your-password-here",
           "export DB_PASSWORD=op://vault/db/password",
           "export TOKEN_FILE=secret-tokens.txt",
           "export API_KEY_PATH=keys",
           "export MY_SECRET=~/.secrets/x",
           "export GIT_ASKPASS=/usr/bin/ksshaskpass",
           "export SSH_AUTH_SOCK=/run/user/1000/agent",
           "export GPG_KEY_ID=ABCDEF0123456789",
           "export PASSWORD_STORE_DIR=store",
           "export PASSWORD_STORE_ENABLE_EXTENSIONS=true",
           "export TOKENIZERS_PARALLELISM=false",
           "export MAX_TOKENS=4096",
           "export OLDPWD=somewhere",
           "KEYTIMEOUT=1",
           "export FZF_CTRL_T_KEY=ctrl-t",
           "bindkey '^[[A' history-search-backward",
           "if [ \"$TOKEN\" = \"expected\" ]; then",
           "if [[ $TOKEN == expected ]]; then",
           "read -s -p 'Password: ' reply",
           "echo \"Password: type it twice\"",
           "# password: ask the administrator",
           "# the password for this host",
           "password = getpass.getpass()",
           "token = os.environ[\"HF_TOKEN\"]",
           "let g:token = s:get_token()",
           "curl -H \"Authorization: Bearer $TOKEN\" x",
           "curl -H \"Authorization: Bearer <token>\" x",
           "tool --token \"$TOKEN\"",
           "set -x HF_TOKEN (pass show hf)",
           "set -x HF_TOKEN $OTHER",
           "set number",
           "set wildmode longest",
           "https://user@host/x",
           "https://user:$PASS@host/x",
           "https://user:<password>@host/x",
           "https://host/path:x@y",
           "git@github.com:me/x.git",
           "ssh://git@host:22/x",
           "rsync://host::module",
           "alias gs='git status'",
           "export PS1='\\u@\\h:\\w\\$ '",
           "-----BEGIN PUBLIC KEY-----",
           "-----BEGIN CERTIFICATE-----",
           "sk-learn-is-not-a-key-but-a-long-name-of-a-package",
           "npm_config_registry=https://registry.npmjs.org/",
           "password sufficient pam_unix.so",
       }) {
    CAPTURE(line);
    CHECK(scan_one(line).empty());
  }
}

TEST_CASE("ordinary rc files have no finding") {
  for (const std::string_view text : {
           // Debian's ~/.bashrc, the lines that come near a rule
           "HISTCONTROL=ignoreboth\nHISTSIZE=1000\ncase \"$TERM\" in\n    xterm-color|*-256color) "
           "color_prompt=yes;;\nesac\n"
           "PS1='${debian_chroot:+($debian_chroot)}\\[\\033[01;32m\\]\\u@\\h\\[\\033[00m\\]:\\w\\$ '\n"
           "#export GCC_COLORS='error=01;31:warning=01;35:note=01;36:caret=01;32:locus=01:quote=01'\n",
           // Debian's recommended zshrc
           "zstyle ':completion:*:default' list-colors ${(s.:.)LS_COLORS}\n"
           "zstyle ':completion:*' matcher-list '' 'm:{a-z}={A-Z}' 'r:|[._-]=* r:|=* l:|=*'\n"
           "zstyle ':completion:*' select-prompt %SScrolling active: current selection at %p%s\n"
           "zstyle ':completion:*:*:kill:*:processes' list-colors '=(#b) #([0-9]#)*=0=01;31'\n",
           // oh-my-zsh
           "export ZSH=\"$HOME/.oh-my-zsh\"\nZSH_THEME=\"robbyrussell\"\n# ZSH_THEME_RANDOM_CANDIDATES=( "
           "\"robbyrussell\" \"agnoster\" )\n"
           "zstyle ':omz:update' mode reminder\n# HIST_STAMPS=\"mm/dd/yyyy\"\nplugins=(git ssh-agent "
           "gpg-agent)\n"
           "ZSH_AUTOSUGGEST_HIGHLIGHT_STYLE='fg=#8a8a8a'\nsource $ZSH/oh-my-zsh.sh\nexport ARCHFLAGS=\"-arch "
           "x86_64\"\n"
           "zstyle :omz:plugins:ssh-agent identities id_rsa id_ed25519\n",
           // tools that many rc files load
           "export NVM_DIR=\"$HOME/.nvm\"\n[ -s \"$NVM_DIR/nvm.sh\" ] && \\. \"$NVM_DIR/nvm.sh\"\n"
           "__conda_setup=\"$('/opt/conda/bin/conda' 'shell.bash' 'hook' 2> /dev/null)\"\n"
           "export FZF_DEFAULT_OPTS=\"--bind 'ctrl-y:execute-silent(echo -n {2..} | pbcopy)+abort' --color "
           "header:italic\"\n"
           "eval \"$(direnv hook bash)\"\nexport GPG_TTY=$(tty)\n",
           // vimrc
           "let mapleader = \",\"\nset backspace=indent,eol,start\nnnoremap <leader>w :w!<cr>\nset "
           "statusline=%F%m%r%h%w\\ [TYPE=%Y]\n"
           "highlight SpellBad ctermfg=red guifg=#ff0000\nlet g:ale_linters = {'python': ['ruff']}\n",
       }) {
    for (const auto& finding : scan_secrets(text))
      FAIL(finding.line << " " << finding.redacted << "\n" << text);
  }
}

TEST_CASE("lines are counted from one, with any line break, and the scan stops when it has enough") {
  const auto findings = scan_secrets("\r\nA_TOKEN=hunter2\r\n\nB_TOKEN=hunter2");
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].line == 2);
  CHECK(findings[1].line == 4);

  std::string many;
  for (int i = 0; i < 1000; ++i) many += "A_TOKEN=hunter2\n";
  CHECK(scan_secrets(many).size() == max_findings);
  CHECK(scan_secrets("").empty());
}

TEST_CASE("a redaction never holds a part of the secret that its vendor did not choose") {
  for (const std::string secret : {"hunter2", "Tr0ub4dor", "a1b2c3d4e5f6a7b8c9"}) {
    for (const auto& line : {"X_TOKEN=" + secret, "set -x X_TOKEN " + secret, "https://u:" + secret + "@h",
                             "password = \"" + secret + "\"", "Authorization: Bearer " + secret + secret}) {
      CAPTURE(line);
      const auto findings = scan_secrets(line);
      REQUIRE(findings.size() == 1);
      CHECK(findings[0].redacted.find(secret.substr(0, 3)) == std::string::npos);
      CHECK(findings[0].redacted.ends_with("****"));
    }
  }
}

TEST_CASE("hostile lines neither hang the scan nor flood the report") {
  // Each unit would be quadratic for a rule that looks ahead or back without a bound. Time per byte on
  // a long line is compared with a short one: generous, because machines that run tests are busy.
  for (const std::string_view unit :
       {"=",     ":",           "://",  "a=",  "TOKEN=",      "_TOKEN: \"", "x_token=\"", "://a:",
        "://a@", "a://b:c@",    "hf_",  "sk-", "-----BEGIN ", "set -x ",    "--token ",   "Authorization: ",
        "$(",    "${A_TOKEN:-", "\\\"", " ",   "\t=",         "a.",         "eyJ.",       "'\"",
        "\xff"}) {
    // No clock: quadratic time on a quarter of a megabyte would be noticed as a timeout of the run.
    std::string text;
    while (text.size() < 256 * 1024) text += unit;
    CAPTURE(unit);
    CHECK(scan_secrets(text).size() <= 64);
  }
}
