#!/bin/sh
# Installs Duban 督办 from the wheels beside this file. Nothing is fetched.
#   sh install.sh [FOLDER]     default: ~/.local/share/duban-app
set -eu
cd "$(dirname "$0")"

app=${1:-"$HOME/.local/share/duban-app"}
bin="$HOME/.local/bin"
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || {
    echo "需要 Python 3.11 至 3.14；可用 PYTHON=python3.12 sh install.sh 指定" >&2
    exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
    echo "缺少 venv 模块：请从系统安装盘安装 python3-venv 后重试" >&2
    exit 1
}

# Only the wheels beside this file, whatever pip is told elsewhere on this machine.
export PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels PIP_DISABLE_PIP_VERSION_CHECK=1
"$python" -m venv --clear "$app"
"$app/bin/python" -m pip install --quiet --require-hashes -r requirements.lock
"$app/bin/python" -m pip install --quiet --no-deps wheels/duban-*.whl

mkdir -p "$bin"
ln -sf "$app/bin/duban" "$bin/duban"
echo "已安装：$("$app/bin/duban" --version)"
case ":$PATH:" in
    *":$bin:"*) echo "运行：duban" ;;
    *) echo "运行：$bin/duban（把 $bin 加入 PATH 后，直接输入 duban）" ;;
esac
