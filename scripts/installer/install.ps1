# Installs Duban 督办 from the wheels beside this file. Nothing is fetched.
#   powershell -ExecutionPolicy Bypass -File install.ps1 [-App FOLDER]
param([string]$App = (Join-Path $env:LOCALAPPDATA "Programs\Duban"))
$ErrorActionPreference = "Stop"
Set-Location -LiteralPath $PSScriptRoot

function Stop-Install([string]$Line) {
    [Console]::Error.WriteLine($Line)
    exit 1
}

# The first interpreter that is new enough: the Windows launcher, else python on PATH.
$python = $null
foreach ($candidate in @(@("py", "-3"), @("python"))) {
    if (-not (Get-Command $candidate[0] -ErrorAction SilentlyContinue)) { continue }
    $rest = @($candidate | Select-Object -Skip 1)
    & $candidate[0] @rest -c "import sys, struct; sys.exit(not ((3, 11) <= sys.version_info < (3, 15) and struct.calcsize('P') == 8))"
    if ($LASTEXITCODE -eq 0) { $python = $candidate[0]; $options = $rest; break }
}
if (-not $python) { Stop-Install "需要 64 位 Python 3.11 至 3.14，请先安装" }

# Only the wheels beside this file, whatever pip is told elsewhere on this machine.
$env:PIP_CONFIG_FILE = "nul"
$env:PIP_NO_INDEX = "1"
$env:PIP_FIND_LINKS = "wheels"
$env:PIP_DISABLE_PIP_VERSION_CHECK = "1"
$venv = Join-Path $App "venv"
& $python @options -m venv --clear $venv
if ($LASTEXITCODE -ne 0) { Stop-Install "建不了环境：$venv，请检查该目录能否写入" }
$inside = Join-Path $venv "Scripts\python.exe"
& $inside -m pip install --quiet --require-hashes -r requirements.lock
if ($LASTEXITCODE -ne 0) { Stop-Install "安装未完成：wheels 里缺少适合这个 Python 的文件，请核对下载的压缩包" }
& $inside -m pip install --quiet --no-deps (Get-Item "wheels\duban-*.whl").FullName
if ($LASTEXITCODE -ne 0) { Stop-Install "安装未完成：duban 自身的 wheel 装不上" }

# A folder that holds `duban` alone goes into PATH, so that no other python is put in the way.
$bin = Join-Path $App "bin"
New-Item -ItemType Directory -Force $bin | Out-Null
$duban = Join-Path $venv "Scripts\duban.exe"
Set-Content -LiteralPath (Join-Path $bin "duban.cmd") -Encoding Oem -Value "@`"$duban`" %*"
$path = [Environment]::GetEnvironmentVariable("Path", "User")
if (";$path;" -notlike "*;$bin;*") {
    [Environment]::SetEnvironmentVariable("Path", "$path;$bin".TrimStart(";"), "User")
}
Write-Output "已安装：$(& $duban --version)"
Write-Output "请新开一个终端窗口，输入 duban"
