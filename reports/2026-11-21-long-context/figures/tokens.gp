set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
time per token
1K
4K
16K
64K
256K
1M
4M
1 µs
10 µs
100 µs
1 ms
10 ms
100 ms
output: decode-full
input: full, 1 thread
output: decode-window(1024)
input: sliding-window(1024), 1 thread
context length n (tokens)
At 256K tokens of context, attention takes 22.2× [21.7, 23.5] as long for a token
that is written as for one that is read
Attention of one layer, causal, float32, d = 64, 1 head. Input: the time of a prompt of n tokens over n. Output: one step
against n tokens. Medians with 95 % intervals. Dotted: the fitted law of the prompt.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'tokens' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'tokens.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[20].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[21].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[22] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[23] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.3733, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [930:1.0491e+07]
set yrange [452.0446:2.243391e+08]
set xtics ($texts[2] 1024, $texts[3] 4096, $texts[4] 16384, $texts[5] 65536, $texts[6] 262144, $texts[7] 1048576, $texts[8] 4194304)
set ytics ($texts[9] 1000, $texts[10] 10000, $texts[11] 100000, $texts[12] 1000000, $texts[13] 1e+07, $texts[14] 1e+08)
set lmargin at screen 0.0959
set rmargin at screen 0.6506
set bmargin at screen 0.1167
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[15] at screen 0.6867, screen 0.7276 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6589, screen 0.7276 to screen 0.6811, screen 0.7276 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[16] at screen 0.6867, screen 0.5783 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6589, screen 0.5783 to screen 0.6811, screen 0.5783 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[17] at screen 0.6867, screen 0.2300 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.5220, screen 0.2300 to screen 0.6589, screen 0.2300 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6589, screen 0.2300 to screen 0.6811, screen 0.2300 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[18] at screen 0.6867, screen 0.1708 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.5220, screen 0.1708 to screen 0.6589, screen 0.1708 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6589, screen 0.1708 to screen 0.6811, screen 0.1708 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
plot 'tokens.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'tokens.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'tokens.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#D55E00', \
  'tokens.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'tokens.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'tokens.csv' skip 1 using ($1 == 5 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'tokens.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'tokens.csv' skip 1 using ($1 == 6 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'tokens.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'tokens.csv' skip 1 using ($1 == 7 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'tokens.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'tokens.csv' skip 1 using ($1 == 8 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'tokens.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7'
unset output
unset label
unset arrow
unset logscale
}
