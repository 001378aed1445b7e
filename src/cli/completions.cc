// SPDX-License-Identifier: MIT
#include "cli/completions.h"

#include "base/json.h"
#include "base/quote.h"
#include "base/text.h"

namespace psbc::cli {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string names_of(const std::vector<ListedOption>& options) {
  std::vector<std::string> names;
  for (const ListedOption& option : options) names.insert(names.end(), option.names.begin(), option.names.end());
  return join(names);
}

/// "name:summary" as zsh's _describe takes it.
std::string described(const std::string& name, const std::string& summary) {
  std::string out;
  for (const char c : name) out += (c == ':' || c == '\\' ? "\\" : "") + std::string(1, c);
  return base::quote_posix(out + ":" + summary);
}

std::string for_bash(const std::vector<ListedCommand>& commands, const std::vector<ListedOption>& global) {
  std::vector<std::string> names;
  std::string cases, has_tail;
  for (const ListedCommand& command : commands) {
    names.push_back(command.name);
    cases += "    " + command.name + ") options+=" + base::quote_posix(" " + names_of(command.options)) + " arguments=" + base::quote_posix(join(command.words)) + " ;;\n";
    if (command.has_tail) has_tail += (has_tail.empty() ? "" : "|") + command.name;
  }
  return "# psbc completions bash\n"
         "_psbc() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} command= options=" + base::quote_posix(names_of(global)) + " arguments= at\n"
         "  COMPREPLY=()\n"
         "  for ((at = 1; at < COMP_CWORD; at++)); do\n"
         "    case ${COMP_WORDS[at]} in\n"
         "    --)\n"
         "      if [[ $command == @(" + has_tail + ") ]]; then\n"
         "        if ((at == COMP_CWORD - 1)); then mapfile -t COMPREPLY < <(compgen -c -- \"$word\"); fi\n"
         "        return 0\n"
         "      fi\n"
         "      ;;\n"
         "    -*) ;;\n"
         "    *) if [[ -z $command && ${COMP_WORDS[at - 1]} != -C ]]; then command=${COMP_WORDS[at]}; fi ;;\n"
         "    esac\n"
         "  done\n"
         "  case $command in\n"
         "    '') arguments=" + base::quote_posix(join(names)) + " ;;\n" + cases +
         "    *) ;;\n"
         "  esac\n"
         "  if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
         "  elif [[ -n $arguments ]]; then mapfile -t COMPREPLY < <(compgen -W \"$arguments\" -- \"$word\"); fi\n"
         "  return 0\n"
         "}\n"
         "complete -o default -F _psbc psbc\n";
}

// `commands`, `options` and `words` are zsh's own.
std::string for_zsh(const std::vector<ListedCommand>& commands, const std::vector<ListedOption>& global) {
  const auto list = [](const std::vector<ListedOption>& options) {
    std::string out;
    for (const ListedOption& option : options)
      for (const std::string& name : option.names) out += " " + described(name, option.summary);
    return out;
  };
  std::string names, cases;
  for (const ListedCommand& command : commands) {
    names += "\n    " + described(command.name, command.summary);
    cases += "    " + command.name + ") flags+=(" + list(command.options) + " ) arguments=(" + join(command.words) + ") tail=" + (command.has_tail ? "1" : "") + " ;;\n";
  }
  return "#compdef psbc\n"
         "_psbc() {\n"
         "  local command= tail= at\n"
         "  local -a subcommands flags arguments\n"
         "  subcommands=(" + names + "\n  )\n"
         "  flags=(" + list(global) + " )\n"
         "  for ((at = 2; at < CURRENT; at++)); do\n"
         "    [[ ${words[at]} == -- ]] && break\n"
         "    [[ ${words[at]} != -* && ${words[at - 1]} != -C ]] && { command=${words[at]}; break }\n"
         "  done\n"
         "  case $command in\n"
         "    '') ;;\n" + cases +
         "  esac\n"
         "  at=${words[(i)--]}\n"
         "  if [[ -n $tail ]] && ((at < CURRENT)); then\n"
         "    words=(\"${(@)words[at + 1, -1]}\")\n"
         "    ((CURRENT -= at))\n"
         "    _normal\n"
         "  elif [[ $PREFIX == -* ]]; then _describe option flags\n"
         "  elif [[ -z $command ]]; then _describe command subcommands\n"
         "  elif ((${#arguments})); then compadd -- $arguments\n"
         "  else _files; fi\n"
         "}\n"
         "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _psbc \"$@\"; elif (($+functions[compdef])); then compdef _psbc psbc; fi\n";
}

std::string for_fish(const std::vector<ListedCommand>& commands, const std::vector<ListedOption>& global) {
  std::vector<std::string> all;
  for (const ListedCommand& command : commands) all.push_back(command.name);
  const auto options = [](const std::string& condition, const std::vector<ListedOption>& list) {
    std::string out;
    for (const ListedOption& option : list) {
      out += "complete -c psbc" + condition;
      for (const std::string& name : option.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      out += (option.value.empty() ? "" : " -r") + std::string(" -d ") + base::quote_fish(option.summary) + "\n";
    }
    return out;
  };
  std::string out = "# psbc completions fish\ncomplete -c psbc -e\n" + options("", global);
  const std::string none = " -n " + base::quote_fish("not __fish_seen_subcommand_from " + join(all));
  for (const ListedCommand& command : commands) {
    out += "complete -c psbc -f" + none + " -a " + base::quote_fish(command.name) + " -d " + base::quote_fish(command.summary) + "\n";
    const std::string here = " -n " + base::quote_fish("__fish_seen_subcommand_from " + command.name);
    if (!command.words.empty()) out += "complete -c psbc -f" + here + " -a " + base::quote_fish(join(command.words)) + "\n";
    out += options(here, command.options);
  }
  return out;
}

std::string json_of(const ListedOption& option);
std::string json_of(const ListedArgument& argument);
std::string json_of(const ListedCommand& command);

template <class Item>
std::string json_array(const std::vector<Item>& items) {
  std::string out;
  for (const Item& item : items) out += (out.empty() ? "" : ",") + json_of(item);
  return "[" + out + "]";
}

std::string json_of(const ListedOption& option) {
  return "{\"names\":" + base::json_list(option.names) + ",\"value\":" + base::json_text(option.value) + ",\"summary\":" + base::json_text(option.summary) + "}";
}

std::string json_of(const ListedArgument& argument) {
  return "{\"value\":" + base::json_text(argument.value) + ",\"summary\":" + base::json_text(argument.summary) + ",\"required\":" + (argument.required ? "true" : "false") +
         ",\"many\":" + (argument.many ? "true" : "false") + "}";
}

std::string json_of(const ListedCommand& command) {
  return "\n{\"name\":" + base::json_text(command.name) + ",\"summary\":" + base::json_text(command.summary) + ",\"words\":" + base::json_list(command.words) +
         ",\"arguments\":" + json_array(command.arguments) + ",\"options\":" + json_array(command.options) + ",\"has_tail\":" + (command.has_tail ? "true" : "false") + "}";
}

} // namespace

std::string completions(const std::string& shell, const std::vector<ListedCommand>& commands, const std::vector<ListedOption>& global) {
  if (shell == "json") return "{\"version\":1,\"options\":" + json_array(global) + ",\"commands\":" + json_array(commands) + "}\n";
  if (shell == "zsh") return for_zsh(commands, global);
  return shell == "fish" ? for_fish(commands, global) : for_bash(commands, global);
}

} // namespace psbc::cli
