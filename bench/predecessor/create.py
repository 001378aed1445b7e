#!/usr/bin/python3
"""The work of python-sandbox's create-python-sandbox: parse two arguments, fill a template, write a profile."""
import argparse
import os
import string


class Profile(string.Template):
    delimiter = "@"
    pattern = r"@(?:(?P<escaped>@)|(?P<named>[a-z]+)@|(?P<braced>$^)|(?P<invalid>))"


parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("directory")
parser.add_argument("--template", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "profile.in"))
args = parser.parse_args()
with open(args.template) as f:
    template = Profile(f.read())
folder = os.path.join(os.path.expanduser("~"), ".config", "firejail")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, f"python-env-{args.name}.profile"), "w") as f:
    f.write(template.substitute(name=args.name, directory=args.directory))
